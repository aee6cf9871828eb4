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

/// One identity, one sink, the rooms it is in. Owned by the hub.
class member {
 public:
  /// `number` is never used again for another member.
  member(std::uint64_t number, const identity& who, std::string name, asio_chat::sink& s,
         bool many_rooms)
      : number_(number)
      , who_(who)
      , name_(std::move(name))
      , sink_(s)
      , many_rooms_(many_rooms) {}

  std::uint64_t number() const noexcept { return number_; }
  const identity& who() const noexcept { return who_; }
  const std::string& name() const noexcept { return name_; }
  asio_chat::sink& sink() const noexcept { return sink_; }
  /// Whether the member's protocol can tell one room from another.
  bool many_rooms() const noexcept { return many_rooms_; }

  /// A seat in a room: where the member stands in the room's list.
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
  friend class hub;  // renames
  friend class room; // seats

  std::uint64_t number_;
  identity who_;
  std::string name_;
  asio_chat::sink& sink_;
  bool many_rooms_;
  std::vector<seat> seats_;
};

} // namespace asio_chat
