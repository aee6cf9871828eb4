#pragma once

#include "latency_histogram.hpp"
#include "ledger.hpp"
#include "payload.hpp"
#include "peer.hpp"
#include "poller.hpp"
#include "socket.hpp"
#include "tls_context.hpp"

#include <memory>
#include <vector>

namespace asio_chat::bench {

/// What came in between two looks.
struct arrivals {
  std::uint64_t deliveries = 0;
  std::uint64_t records = 0; ///< TLS records that all receivers read
  steady_clock::time_point last;
  latency_histogram latency;
};

/// One publisher and many receivers, connected to one server and checking every delivery.
class crowd final : private peer_observer {
 public:
  crowd(const endpoint& server, const std::string& ca_file, std::size_t receivers,
        std::size_t message_size);

  /// Connects everybody and returns when every receiver hears the publisher.
  void gather();

  std::size_t receivers() const { return ledgers_.size(); }

  /// Queues one message that was due at `due`; returns its number. `flush` sends.
  std::uint64_t publish(steady_clock::time_point due);
  void flush() { publisher_->flush(); }

  /// Whether all that was published is with the system.
  bool publisher_idle() const { return publisher_->idle(); }

  /// Lets everybody who is ready read and write; waits at most `time` for somebody.
  void turn(std::chrono::milliseconds time);

  /// The highest number that the slowest receiver has got.
  std::uint64_t slowest() const;

  /// Waits until nothing is on its way any more; throws run_error when that never comes.
  /// `may_miss`: give up waiting when a message seems to be lost, instead of throwing.
  void drain(bool may_miss = false);

  /// Sends one more message and waits until everybody has it: what had not come by then is lost.
  void barrier();

  /// Throws run_error when nothing has happened for long.
  void expect_progress() const;

  /// What came since the last call, and what was wrong with it.
  arrivals take_arrivals();
  violations take_violations();

 private:
  void on_login(peer& who) override;
  void on_record(peer& who, steady_clock::time_point time) override;
  void on_text(peer& who, std::string_view text) override;
  void connect(std::size_t index);
  void show_progress() const;

  const endpoint server_;
  ssl_ctx_ptr context_;
  const std::uint32_t run_;
  payload payload_;
  poller loop_;
  std::vector<std::unique_ptr<peer>> peers_; // the publisher is the first
  peer* publisher_ = nullptr;
  std::vector<ledger> ledgers_; // of peer i + 1
  std::size_t logged_in_ = 0;
  std::size_t hearing_ = 0;
  std::uint64_t sequence_ = 0;
  steady_clock::time_point progress_; // when something last came
  arrivals arrivals_;
  violations violations_;
};

} // namespace asio_chat::bench
