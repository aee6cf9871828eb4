#pragma once

#include "delivery_checker.hpp"
#include "latency_histogram.hpp"
#include "native_client.hpp"
#include "payload.hpp"
#include "peer.hpp"
#include "poller.hpp"

#include <memory>
#include <vector>

namespace asio_chat::bench {

/// Many members who come back at the same moment to a room in which a speaker keeps talking. Every
/// entry is checked.
class reconnect_load final : private peer_observer {
 public:
  /// @param has the position that each of them has; numbers of messages begin after it, with 1
  /// @param texts of all messages since then
  reconnect_load(const endpoint& at, SSL_CTX* context, position has, payload& texts,
                 std::uint64_t said);

  /// Brings the speaker into the room.
  void begin();

  /// Lets `members` come back while `rate` messages are said in a second. Returns when each one has
  /// the newest message.
  void come_back(std::size_t members, double rate);

  /// Says one more message and waits until every member has it.
  void finish();

  std::uint64_t entries() const { return entries_; }
  std::uint64_t said_meanwhile() const { return said_ - said_before_; }
  /// The times from the common start until each member had the newest message.
  const latency_histogram& until_live() const { return until_live_; }
  violations take_violations();

 private:
  struct member {
    std::unique_ptr<peer> connection;
    delivery_checker seen;
    bool live = false;
  };

  void on_login(peer& who) override;
  void on_record(peer& who, steady_clock::time_point time) override;
  void on_text(peer& who, std::string_view text) override;
  std::unique_ptr<peer> connect(std::size_t index, std::string name, const position& has);
  void say();
  void turn();

  static constexpr std::size_t speaker_index = 0;

  const endpoint at_;
  SSL_CTX* context_;
  const position has_;
  payload& texts_;
  const std::uint64_t said_before_;
  std::uint64_t said_;
  poller loop_;
  std::unique_ptr<peer> speaker_;
  std::vector<member> members_; // peer i + 1
  std::size_t logged_in_ = 0;   // the speaker among them
  std::size_t live_ = 0;
  std::uint64_t entries_ = 0;
  steady_clock::time_point start_;
  steady_clock::time_point progress_; // when something last came
  latency_histogram until_live_;
  violations violations_;
};

} // namespace asio_chat::bench
