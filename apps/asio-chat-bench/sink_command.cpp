// sink: accepts connections and does nothing, so that a generator can be measured without a server.
#include "command.hpp"

#include "poller.hpp"
#include "process_settings.hpp"
#include "socket.hpp"
#include "tls_socket.hpp"

#include "base/standard_streams.hpp"

#include <fmt/format.h>

#include <array>
#include <memory>
#include <sys/epoll.h>
#include <vector>

namespace asio_chat::bench {

using namespace std::chrono_literals;

namespace {

struct sink_settings {
  std::string certificate;
  std::string key;
  bool tls = false;
};

class sink_server {
 public:
  explicit sink_server(const sink_settings& given)
      : context_(given.tls ? server_context(given.certificate, given.key, false) : nullptr)
      , listener_(listen_on(resolve("127.0.0.1:0"))) {
    loop_.add(listener_.get(), EPOLLIN, door_);
  }

  std::string address() const { return local_address(listener_.get()); }

  void run() {
    while (!told_to_stop()) {
      loop_.turn(100ms);
      over_.clear();
    }
  }

 private:
  struct guest final : poll_target {
    guest(sink_server& owner, unique_fd&& accepted)
        : of(owner)
        , fd(std::move(accepted)) {}
    void on_events(std::uint32_t) override { of.hear(*this); }
    sink_server& of;
    unique_fd fd; ///< until TLS has it
    std::unique_ptr<tls_socket> tls;
    bool agreed = false;
    std::size_t place = 0;
  };
  struct door final : poll_target {
    explicit door(sink_server& owner)
        : of(owner) {}
    void on_events(std::uint32_t) override { of.accept(); }
    sink_server& of;
  };

  void accept() {
    constexpr int at_once = 64;
    for (int i = 0; i < at_once; ++i) {
      unique_fd fd = accept_from(listener_.get());
      if (!fd) return;
      const int raw = fd.get();
      auto& one = *guests_.emplace_back(std::make_unique<guest>(*this, std::move(fd)));
      one.place = guests_.size() - 1;
      if (context_) one.tls = std::make_unique<tls_socket>(std::move(one.fd), context_.get());
      loop_.add(raw, EPOLLIN, one);
    }
  }

  void hear(guest& one) {
    std::array<char, 16 * 1024> heard;
    if (!one.tls) {
      const auto n = ::recv(one.fd.get(), heard.data(), heard.size(), 0);
      if (n == 0 || (n < 0 && errno != EAGAIN)) end(one);
      return;
    }
    if (!one.agreed) {
      const auto shaken = one.tls->handshake().status;
      if (shaken == tls_status::closed) return end(one);
      one.agreed = shaken == tls_status::done;
      if (!one.agreed) return;
    }
    for (auto r = one.tls->read(heard);; r = one.tls->read(heard)) {
      if (r.status == tls_status::closed) return end(one);
      if (r.status != tls_status::done) return;
    }
  }

  void end(guest& one) {
    const std::size_t place = one.place;
    guests_.back()->place = place;
    std::swap(guests_[place], guests_.back());
    over_.push_back(std::move(guests_.back())); // it may have more events in this turn
    guests_.pop_back();
    loop_.remove(one.tls ? one.tls->fd() : one.fd.get());
  }

  poller loop_;
  ssl_ctx_ptr context_;
  unique_fd listener_;
  door door_{*this};
  std::vector<std::unique_ptr<guest>> guests_;
  std::vector<std::unique_ptr<guest>> over_;
};

int run_command(const sink_settings& given) {
  sink_server sink(given);
  fmt::print("listening on {}\n", sink.address());
  flush_output();
  sink.run();
  return 0;
}

} // namespace

command sink_command(CLI::App& program) {
  auto* options =
      program.add_subcommand("sink", "What a storm is compared with: it accepts connections, reads "
                                     "what comes, and does nothing");
  options->footer("Example:\n  asio-chat-bench sink --cert cert.pem --key key.pem");
  const auto given = std::make_shared<sink_settings>();
  auto* key = options->add_option("--key", given->key, "Its private key, PEM");
  options->add_option("--cert", given->certificate, "Certificate for TLS, PEM; without: no TLS")
      ->needs(key);
  return {options, [given] {
            given->tls = !given->certificate.empty();
            return run_command(*given);
          }};
}

} // namespace asio_chat::bench
