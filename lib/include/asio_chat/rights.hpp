// What members may do.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace asio_chat {

enum class right : std::uint8_t {
  none,            ///< what everybody may: leave, ask for help
  speak,           ///< say something in a room
  send_direct,     ///< say something to one member
  read_log,        ///< see what was said before
  set_topic,       ///< change or remove the topic of a room
  join_rooms,      ///< go into rooms that there are
  open_rooms,      ///< make new ones
  rename,          ///< take another name
  speak_moderated, ///< speak in a room that is moderated
  speak_read_only, ///< speak in a room that is read-only
  enter_private,   ///< go into a private room without an invitation
  invite,          ///< let somebody into a private room
  kick,            ///< put somebody out of a room
  mute,            ///< keep somebody from speaking
  ban,             ///< keep somebody out
  set_mode,        ///< make a room private, moderated, read-only or slow
  give_voice,      ///< make somebody a member or a voice of a room
  give_roles,      ///< give any role
  read_audit,      ///< read what moderators have done
  edit_own,        ///< change what one has said
  delete_own,      ///< take back what one has said
  delete_others,   ///< take back what others have said
  react,           ///< react to what was said
  set_limits,      ///< change limits of the server while it runs
  pin,             ///< choose what a room shows in `/pins`
  set_retention,   ///< choose how much a room keeps
  list_members,    ///< see who is on the server
  announce,        ///< tell everybody on the server something
};

/// Who somebody is in a room, or on the server; the later ones may more. The table of what each may
/// is printed by `asio-chatd policy`.
enum class role : std::uint8_t {
  guest,  ///< has no account
  member, ///< has one, or is in a room that nobody owns
  voice,  ///< may speak where it is moderated
  op,     ///< keeps order: an operator
  owner,  ///< gives roles
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
  case right::speak_moderated:
    return "speak while the room is moderated";
  case right::speak_read_only:
    return "speak while the room is read-only";
  case right::enter_private:
    return "go into private rooms";
  case right::invite:
    return "invite others";
  case right::kick:
    return "put others out";
  case right::mute:
    return "mute others";
  case right::ban:
    return "ban others";
  case right::set_mode:
    return "change the modes of the room";
  case right::give_voice:
    return "give others a voice";
  case right::give_roles:
    return "give roles";
  case right::read_audit:
    return "read what moderators have done";
  case right::edit_own:
    return "edit what you have said";
  case right::delete_own:
    return "delete what you have said";
  case right::delete_others:
    return "delete what others have said";
  case right::react:
    return "react to what was said";
  case right::set_limits:
    return "change limits of the server";
  case right::pin:
    return "pin messages";
  case right::set_retention:
    return "choose how much the room keeps";
  case right::list_members:
    return "list who is on the server";
  case right::announce:
    return "tell everybody something";
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
    every.bits_ = ~std::uint32_t{0};
    return every;
  }

  /// `right::none` is had in any case.
  constexpr bool has(right r) const noexcept { return r == right::none || (bits_ & bit(r)) != 0; }
  constexpr rights without(right r) const noexcept {
    rights fewer = *this;
    fewer.bits_ &= ~bit(r);
    return fewer;
  }
  constexpr rights with(right r) const noexcept {
    rights more = *this;
    more.bits_ |= bit(r);
    return more;
  }
  /// Those that are in both.
  friend constexpr rights operator&(rights a, rights b) noexcept {
    a.bits_ &= b.bits_;
    return a;
  }
  friend constexpr bool operator==(rights, rights) = default;

 private:
  static constexpr std::uint32_t bit(right r) noexcept {
    return std::uint32_t{1} << static_cast<unsigned>(r);
  }

  std::uint32_t bits_ = 0;
};

} // namespace asio_chat
