// Somebody who is logged in.
#pragma once

#include "base/clock.hpp"
#include "domain/load.hpp"
#include "domain/sink.hpp"
#include "model/identity.hpp"

#include <asio_chat/limits.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace asio_chat {

class room;

/// How somebody comes in.
struct login {
  identity who{};
  std::string name;
  bool many_rooms = true;     ///< whether the protocol can tell one room from another
  bool may_come_back = false; ///< with the same identity: the name is held meanwhile
};

/// One identity, one sink, the rooms it is in. Owned by the hub.
class member {
 public:
  /// `number` is never used again for another member.
  member(std::uint64_t number, login l, asio_chat::sink& s, const limits& most)
      : number_(number)
      , login_(std::move(l))
      , sink_(s)
      , posts_(most.posts_under_way)
      , most_openings_(static_cast<double>(std::max(most.rooms_per_member, least_openings)))
      , openings_(most_openings_) {}

  std::uint64_t number() const noexcept { return number_; }
  /// The same for whoever comes back with the same token.
  const identity& who() const noexcept { return login_.who; }
  const std::string& name() const noexcept { return login_.name; }
  asio_chat::sink& sink() const noexcept { return sink_; }
  /// Whether the member's protocol can tell one room from another.
  bool many_rooms() const noexcept { return login_.many_rooms; }
  bool may_come_back() const noexcept { return login_.may_come_back; }

  /// A seat in a room: where the member stands in the list of its audience.
  struct seat {
    room* in;
    std::size_t index;
  };
  const std::vector<seat>& seats() const noexcept { return seats_; }

  void tell(event e) const { sink_.deliver(share(std::move(e))); }
  void refuse(std::string_view ref, const failure& why) const {
    tell(refused{std::string(ref), static_cast<errc>(why.code.value()), why.message});
  }

  /// To be asked before a room is made for him that nobody is in: each may leave keys and a log
  /// behind. As many as he may be in are made at once, so that whoever comes back gets into all of
  /// his again, and no fewer than `least_openings`; then one a second.
  bool may_open_a_room(steady_time now) noexcept {
    const std::chrono::duration<double> passed = now - opened_last_;
    openings_ = std::min(most_openings_, openings_ + passed.count());
    opened_last_ = now;
    if (openings_ < 1) return false;
    openings_ -= 1;
    return true;
  }

  /// The journal is asked for something, or has answered. Who has too much under way is not
  /// listened to for a while: nobody fills memory with questions.
  void begin_post() {
    if (posts_.begin() && !reads_.full()) sink_.hold(true);
  }
  void end_post() {
    if (posts_.end() && !reads_.full()) sink_.hold(false);
  }
  void begin_read() {
    if (reads_.begin() && !posts_.full()) sink_.hold(true);
  }
  void end_read() {
    if (reads_.end() && !posts_.full()) sink_.hold(false);
  }

 private:
  static constexpr std::size_t most_reads = 8;
  static constexpr std::size_t least_openings = 64; ///< who may be in few may change them often

  friend class hub;      // renames, feeds
  friend class audience; // seats

  std::uint64_t number_;
  login login_;
  asio_chat::sink& sink_;
  std::vector<seat> seats_;
  std::size_t next_fed_ = 0; ///< whose room was fed from last
  load posts_;
  load reads_{most_reads};
  double most_openings_;
  double openings_;
  steady_time opened_last_{};
};

} // namespace asio_chat
