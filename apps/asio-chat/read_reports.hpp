// Tells the server what the person has seen, for their other devices.
#pragma once

#include "base/clock.hpp"

#include <asio_chat/client.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace asio_chat::app {

/// The newest of each room alone, at once, and then no more often than once a second. What is not
/// told when the connection is lost is told over the next one.
class read_reports {
 public:
  enum class outcome {
    kept,
    nothing_kept, ///< for a guest
    refused,      ///< the server keeps nothing of rooms
    not_told,     ///< there is no connection
  };
  using done = std::function<void(outcome)>;
  using teller = std::function<void(const std::string& room, std::uint64_t offset, done then)>;
  static constexpr std::chrono::seconds interval{1};

  read_reports(time_source& time, teller tell);
  read_reports(const read_reports&) = delete;
  read_reports& operator=(const read_reports&) = delete;

  /// The person has seen everything in the room until there.
  void seen(const std::string& room, std::uint64_t offset);
  /// The server says where one is, and how far the account has read it.
  void entered(const room_state& s);
  /// What was shown in line mode was seen.
  void shown(const client_event& e);
  /// Tells at once what is not told.
  void flush();

  /// By `client::async_mark_read`; the client must live as long.
  static teller by(client& chat);

 private:
  struct place {
    std::uint64_t seen = 0;
    std::uint64_t told = 0;
    bool off = false; ///< the server does not want to hear of it
    bool waits() const noexcept { return !off && seen > told; }
  };

  void tell_soon();
  void tell(const std::string& room, place& p);

  time_source& time_;
  teller tell_;
  std::unique_ptr<timer> timer_;
  std::map<std::string, place> places_;
  steady_time next_{};
  bool waits_ = false;
  std::shared_ptr<read_reports*> self_; ///< for what may be answered when it is gone
};

} // namespace asio_chat::app
