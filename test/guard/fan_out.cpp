// The way of a message through the domain into the outboxes and out again as records, with nothing
// of a socket or of TLS: always the same work, for counting its instructions.
#include "domain/hub.hpp"
#include "journal/memory_journal.hpp"
#include "net/outbox.hpp"
#include "net/passphrase_authenticator.hpp"
#include "net/protocols/protocol_table.hpp"
#include "support/task_queue.hpp"
#include "testing/manual_clock.hpp"
#include "wire/frame.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

using namespace asio_chat;

namespace {

constexpr std::size_t receivers = 200;

/// A session without a stream.
class listener final : public net::peer {
 public:
  explicit listener(const net::session_context& c)
      : protocol_(c.protocols.by_first_bytes(std::string(1, 0), *this, c).speaks) {}
  ~listener() { protocol_->leave(true); }

  void say(std::string_view frame) { protocol_->feed(frame); }
  /// Takes all that waits, in records; returns their bytes.
  std::size_t flush(net::write_buffers& buffers) {
    std::size_t bytes = 0;
    while (!outbox_.empty()) {
      const std::size_t n = outbox_.start_write(buffers).size();
      outbox_.wrote(n, buffers);
      bytes += n;
    }
    return bytes;
  }

  backpressure send(const shared_bytes& b) override {
    outbox_.push(b);
    return backpressure::ready;
  }
  bool full() const noexcept override { return false; }
  void hold(bool) override {}
  void wind_down(const close_reason&) override {}
  void close(close_reason) override {}
  void logged_in() override {}
  const std::string& address() const noexcept override { return address_; }
  std::uint16_t port() const noexcept override { return 1; }
  std::uint64_t number() const noexcept override { return 1; }
  std::string certificate() const override { return {}; }
  answers::protection protection() const override { return {}; }

 private:
  std::string address_ = "nowhere";
  net::outbox outbox_;
  std::unique_ptr<net::protocol> protocol_;
};

struct crowd {
  crowd() {
    config.limits.presence_members = 0;
    for (std::size_t i = 0; i <= receivers; ++i) {
      everybody.push_back(std::make_unique<listener>(inside));
      everybody.back()->say(wire::frame(fmt::format("member-{}", i)));
      tasks.run();
      flush();
    }
  }

  std::size_t flush() {
    std::size_t bytes = 0;
    for (const auto& one : everybody)
      bytes += one->flush(buffers);
    return bytes;
  }

  test::task_queue tasks;
  testing::manual_clock time;
  server_config config;
  server_counters counters;
  memory_journal log{tasks.later(), 1, {}};
  asio_chat::hub hub{{log, time, config.limits, counters, tasks.later(), config.default_room}};
  net::passphrase_authenticator authenticator{std::nullopt};
  net::protocol_set protocols;
  logger silence{{}};
  net::refusal_log refusals{silence, time, counters};
  std::shared_ptr<const tls::server_context> no_tls;
  net::session_context inside{config,  hub,      authenticator, protocols,
                              silence, counters, refusals,      no_tls};
  net::write_buffers buffers;
  std::vector<std::unique_ptr<listener>> everybody;
};

} // namespace

/// What is counted. Messages come in groups, as many as a read brings, and what waits leaves after
/// each.
[[gnu::noinline]] std::size_t fan_out(crowd& all, std::size_t messages, std::size_t group) {
  const std::string frame = wire::frame(std::string(128, 'x'));
  std::size_t bytes = 0;
  for (std::size_t said = 0; said < messages;) {
    for (std::size_t i = 0; i < group; ++i, ++said)
      all.everybody.front()->say(frame);
    all.tasks.run();
    bytes += all.flush();
  }
  return bytes;
}

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: fan_out MESSAGES GROUP\n");
    return 2;
  }
  const auto messages = static_cast<std::size_t>(std::strtoul(argv[1], nullptr, 10));
  const auto group = static_cast<std::size_t>(std::strtoul(argv[2], nullptr, 10));
  crowd all;
  const std::size_t bytes = fan_out(all, messages, group);
  const std::size_t one = std::string_view("member-0: ").size() + 128 + 4;
  if (group == 0 || bytes != messages * receivers * one) {
    fmt::print(stderr, "{} bytes left, not {}\n", bytes, messages * receivers * one);
    return 1;
  }
  fmt::print("{}\n", messages * receivers);
  return 0;
}
