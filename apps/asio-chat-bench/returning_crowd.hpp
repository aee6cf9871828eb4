#pragma once

#include "poller.hpp"
#include "returning_member.hpp"
#include "storm.hpp"
#include "tls_context.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <queue>
#include <random>
#include <vector>

namespace asio_chat::bench {

/// Very many clients, a hundred to a room, who come back whenever their connection ends: after a
/// pause that is random and doubles with each attempt, as asio-chat does.
class returning_crowd {
 public:
  returning_crowd(const storm_front& front, std::size_t clients);

  /// They connect to this server from now on. Connections that are open stay.
  void move_to(const storm_front& front);
  /// Does what can be done now.
  void turn(std::chrono::milliseconds time);
  /// The first member of each room says something, if it is there.
  void say_in_each_room();

  std::size_t back() const { return back_; }
  bool all_back() const { return back_ == all_.size(); }
  /// Since the last `move_to`.
  std::chrono::duration<double> first_back() const { return first_back_ - moved_; }
  std::chrono::duration<double> last_back() const { return last_back_ - moved_; }
  /// Everybody has heard all that was said in their room.
  bool all_heard() const;
  violations take_violations();

 private:
  using clock = std::chrono::steady_clock;
  struct client {
    client(std::size_t number, const payload& texts);
    returning_member member;
    std::optional<raw_member> connection;
    clock::duration pause{};
    bool counted = false; ///< among those who are back
  };
  struct attempt {
    clock::time_point due;
    std::size_t client;
    bool operator>(const attempt& other) const { return due > other.due; }
  };

  void look_at(client& one, std::size_t number);
  void try_later(client& one, std::size_t number);

  storm_front front_;
  ssl_ctx_ptr context_;
  payload texts_;
  poller loop_;
  std::vector<std::unique_ptr<client>> all_;
  std::vector<std::uint64_t> said_; ///< in each room
  std::priority_queue<attempt, std::vector<attempt>, std::greater<>> attempts_;
  std::minstd_rand random_{20261130};
  std::size_t back_ = 0;
  clock::time_point moved_, first_back_, last_back_;
};

} // namespace asio_chat::bench
