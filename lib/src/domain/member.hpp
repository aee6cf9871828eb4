// Somebody who is logged in.
#pragma once

#include "domain/sink.hpp"
#include "model/identity.hpp"

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
  member(std::uint64_t number, login l, asio_chat::sink& s)
      : number_(number)
      , login_(std::move(l))
      , sink_(s) {}

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

 private:
  friend class hub;      // renames
  friend class audience; // seats
  friend class room;     // counts what is under way

  std::uint64_t number_;
  login login_;
  asio_chat::sink& sink_;
  std::vector<seat> seats_;
  std::size_t posts_ = 0; ///< under way
};

} // namespace asio_chat
