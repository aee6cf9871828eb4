#include "member_storms.hpp"

#include "error.hpp"
#include "native_protocol.hpp"
#include "pace.hpp"
#include "raw_member.hpp"
#include "text_protocol.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <memory>

namespace asio_chat::bench {

using namespace std::chrono_literals;

namespace {

constexpr auto patience = 5s;

/// A guest who logs in to an account, and leaves once the server has answered.
class visitor final : public raw_member::script {
 public:
  visitor(poller& loop, SSL_CTX* context, const endpoint& server, std::size_t number,
          std::size_t accounts)
      : number_(number)
      , account_(number % accounts)
      , connection_(loop, context, server, *this) {}

  void login(std::string& out) override {
    const boost::json::object hello{
        {"type", "hello"}, {"name", fmt::format("visitor-{}", number_)}, {"room", ""}};
    const boost::json::object who{
        {"type", "command"},
        {"line", fmt::format("/login member-{} {}", account_, storm_password)}};
    text_protocol::append_frame(boost::json::serialize(hello), out);
    text_protocol::append_frame(boost::json::serialize(who), out);
  }
  void more(std::string&) override {}
  void heard(std::string_view bytes) override {
    in_ += bytes;
    accepted_ = in_.find(R"("command":"login")") != std::string::npos;
    refused_ = in_.find(R"("type":"error")") != std::string::npos;
  }

  bool accepted() const { return accepted_; }
  bool is_over() const {
    return accepted_ || refused_ || connection_.closed() ||
           std::chrono::steady_clock::now() - begin_ > patience;
  }

 private:
  const std::size_t number_;
  const std::size_t account_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  std::string in_;
  bool accepted_ = false;
  bool refused_ = false;
  raw_member connection_;
};

class login_storm final : public storm {
 public:
  login_storm(const storm_front& front, double rate, std::size_t accounts)
      : front_(front)
      , accounts_(accounts)
      , context_(client_context(front.ca_file, native_protocol::alpn_name))
      , pace_(rate) {}

  void turn(std::chrono::milliseconds time) override {
    for (std::size_t n = pace_.take(); n > 0; --n) {
      visitors_.push_back(
          std::make_unique<visitor>(loop_, context_.get(), front_.from(made_), made_, accounts_));
      ++made_;
    }
    look_around(time);
  }

  void finish() override {
    while (!visitors_.empty()) // each is over after a while
      look_around(std::chrono::milliseconds(10));
  }

  std::string describe() const override {
    return fmt::format("{} logins, {} accepted", made_, accepted_);
  }

 private:
  void look_around(std::chrono::milliseconds time) {
    loop_.turn(time);
    std::erase_if(visitors_, [this](const auto& one) {
      if (!one->is_over()) return false;
      if (one->accepted()) ++accepted_;
      return true;
    });
  }

  const storm_front front_;
  const std::size_t accounts_;
  ssl_ctx_ptr context_;
  pace pace_;
  poller loop_;
  std::deque<std::unique_ptr<visitor>> visitors_;
  std::size_t made_ = 0;
  std::size_t accepted_ = 0;
};

} // namespace

std::unique_ptr<storm> make_login_storm(const storm_front& front, double rate,
                                        std::size_t accounts) {
  return std::make_unique<login_storm>(front, rate, accounts);
}

} // namespace asio_chat::bench
