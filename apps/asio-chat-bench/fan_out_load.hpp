#pragma once

#include "delivery_checker.hpp"
#include "latency_histogram.hpp"
#include "make_protocol.hpp"
#include "payload.hpp"
#include "peer.hpp"
#include "poller.hpp"
#include "socket.hpp"
#include "tls_context.hpp"

#include <memory>
#include <vector>

namespace asio_chat::bench {

/// The deliveries between two looks.
struct arrivals {
  std::uint64_t deliveries = 0;
  std::uint64_t records = 0; ///< TLS records that all receivers read
  steady_clock::time_point last;
  latency_histogram latency;
};

struct fan_out_shape {
  std::size_t receivers; ///< in each room
  std::size_t message_size;
  std::size_t rooms = 1;
  speech speaks = speech::text;
};

/// In each room one publisher and many receivers, all connected to one server and checking every
/// delivery.
class fan_out_load final : private peer_observer {
 public:
  fan_out_load(const endpoint& server, const std::string& ca_file, const fan_out_shape& shape);

  /// Connects all members and returns when they have logged in.
  void connect();

  /// Does so, and returns when every receiver hears the publisher of its room.
  void gather();

  std::size_t rooms() const { return rooms_.size(); }

  /// Queues a message of a room's publisher that was due at `due`. `flush` sends.
  void publish(std::size_t room, steady_clock::time_point due);
  void flush(std::size_t room) { publisher(room).flush(); }

  /// Whether the system has taken everything that was published in a room.
  bool publisher_idle(std::size_t room) const { return publisher(room).unsent() == 0; }

  /// The bytes of a message as the publishers send it.
  std::size_t wire_bytes() const { return wire_bytes_; }

  /// The number of messages that the slowest receiver of a room still has to get.
  std::uint64_t ahead(std::size_t room) const;

  /// Lets all peers that are ready read and write; waits at most `time` for the first.
  void turn(std::chrono::milliseconds time);

  /// Waits until nothing is on its way any more; throws run_error when that never comes.
  /// `may_miss`: give up waiting when a message seems to be lost, instead of throwing.
  void drain(bool may_miss = false);

  /// Sends one more message in each room and waits until every receiver has it. Messages that have
  /// not come by then are lost.
  void barrier();

  /// Throws run_error if no message has come for long.
  void expect_progress() const;

  /// Returns the deliveries since the last call, and their faults.
  arrivals take_arrivals();
  violations take_violations();

 private:
  /// The receivers of a room, and what was said there.
  struct receivers_of_room {
    std::vector<delivery_checker> checkers;
    std::size_t hearing = 0;
    std::uint64_t sequence = 0;
  };

  void on_login(peer& who) override;
  void on_record(peer& who, steady_clock::time_point time) override;
  void on_text(peer& who, std::string_view text) override;
  void connect(std::size_t index);
  bool all_hear() const;
  [[noreturn]] void fail_to_gather() const;
  bool caught_up() const;
  peer& publisher(std::size_t room) const { return *peers_[room * people_per_room_]; }
  void show_progress() const;

  const endpoint server_;
  const speech speaks_;
  ssl_ctx_ptr context_;
  const std::uint32_t run_;
  payload payload_;
  poller loop_;
  const std::size_t people_per_room_;
  std::vector<std::unique_ptr<peer>> peers_; // room by room, its publisher first
  std::vector<receivers_of_room> rooms_;
  std::size_t logged_in_ = 0;
  std::size_t wire_bytes_ = 0;
  steady_clock::time_point came_;     // the record that is being read
  steady_clock::time_point progress_; // when a member was last let in, or told a message
  arrivals arrivals_;
  violations violations_;
};

} // namespace asio_chat::bench
