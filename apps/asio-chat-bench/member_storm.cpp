#include "member_storms.hpp"

#include "error.hpp"
#include "native_2_protocol.hpp"
#include "process_settings.hpp"
#include "raw_member.hpp"

#include <fmt/format.h>

#include <optional>
#include <vector>

namespace asio_chat::bench {

using namespace std::chrono_literals;

namespace {

class flood_script final : public raw_member::script {
 public:
  explicit flood_script(request_flood& flood)
      : flood_(flood) {}
  void login(std::string& out) override { flood_.login(out); }
  void more(std::string& out) override {
    while (begun_ && out.size() + 512 < record_bytes)
      flood_.append(out);
  }
  void begin() { begun_ = true; }

 private:
  request_flood& flood_;
  bool begun_ = false;
};

class member_storm final : public storm {
 public:
  member_storm(const storm_front& front, flood_kind kind)
      : front_(front)
      , context_(client_context(front.ca_file, native_2_protocol::alpn_name))
      , flood_(kind, "storm", "storm", "storm-target")
      , target_(flood_kind::send, "storm-target", "storm", "storm")
      , script_(flood_)
      , target_script_(target_) {}

  void prepare() override {
    target_member_.emplace(loop_, context_.get(), front_.from(0), target_script_);
    connect();
    while (!member_->logged_in() || !target_member_->logged_in()) {
      loop_.turn(10ms);
      if (told_to_stop()) throw run_error("interrupted");
      if (member_->closed() || target_member_->closed())
        throw run_error("the storm was not let in: " + member_->reason());
    }
    script_.begin();
  }

  void turn(std::chrono::milliseconds time) override {
    member_->go_on();
    loop_.turn(time);
    if (!member_->closed()) return;
    ++reconnects_;
    connect();
  }

  std::string describe() const override {
    return fmt::format("{} requests{}", flood_.requests(),
                       reconnects_ == 0 ? "" : fmt::format(", {} reconnects", reconnects_));
  }

 private:
  void connect() { member_.emplace(loop_, context_.get(), front_.from(0), script_); }

  const storm_front front_;
  ssl_ctx_ptr context_;
  request_flood flood_;
  request_flood target_;
  flood_script script_;
  flood_script target_script_; // never begun: it listens
  poller loop_;
  std::optional<raw_member> member_;
  std::optional<raw_member> target_member_;
  std::uint64_t reconnects_ = 0;
};

} // namespace

std::unique_ptr<storm> make_member_storm(const storm_front& front, flood_kind kind) {
  return std::make_unique<member_storm>(front, kind);
}

} // namespace asio_chat::bench
