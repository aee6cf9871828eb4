// What members may do.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace asio_chat {

enum class right : std::uint8_t {
  none,        ///< what everybody may: leave, ask for help
  speak,       ///< say something in a room
  send_direct, ///< say something to one member
  read_log,    ///< see what was said before
  set_topic,   ///< change or remove the topic of a room
  join_rooms,  ///< go into rooms that there are
  open_rooms,  ///< make new ones
  rename,      ///< take another name
};

/// `set the topic`: goes on after `you may not`.
constexpr std::string_view phrase_of(right r) noexcept {
  switch (r) {
  case right::none:
    return "do that";
  case right::speak:
    return "speak";
  case right::send_direct:
    return "send messages to members";
  case right::read_log:
    return "read what was said before";
  case right::set_topic:
    return "set the topic";
  case right::join_rooms:
    return "join rooms";
  case right::open_rooms:
    return "open new rooms";
  case right::rename:
    return "change your name";
  }
  return {};
}

/// A set of rights.
class rights {
 public:
  constexpr rights() = default;
  constexpr rights(std::initializer_list<right> some) {
    for (const right r : some)
      bits_ |= bit(r);
  }
  static constexpr rights all() noexcept {
    rights every;
    every.bits_ = static_cast<std::uint16_t>(~0u);
    return every;
  }

  /// `right::none` is had in any case.
  constexpr bool has(right r) const noexcept { return r == right::none || (bits_ & bit(r)) != 0; }
  constexpr rights without(right r) const noexcept {
    rights fewer = *this;
    fewer.bits_ &= static_cast<std::uint16_t>(~bit(r));
    return fewer;
  }
  friend constexpr bool operator==(rights, rights) = default;

 private:
  static constexpr std::uint16_t bit(right r) noexcept {
    return static_cast<std::uint16_t>(1u << static_cast<unsigned>(r));
  }

  std::uint16_t bits_ = 0;
};

} // namespace asio_chat
