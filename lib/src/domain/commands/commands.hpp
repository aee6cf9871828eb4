// The functions behind the rows of the command table, one for each kind of request. A failure is
// told to the member as refused.
#pragma once

#include "model/request.hpp"

#include <asio_chat/error.hpp>
#include <asio_chat/event.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat {
class hub;
class endpoint;
class room;
struct fact;
struct start_position;
} // namespace asio_chat

namespace asio_chat::commands {

/// An answer for a person.
using lines = std::vector<std::string>;
/// What is kept of people; see `people_store`.
using facts = std::vector<fact>;

/// Who asks, and for what: lives during the call.
struct asked {
  hub& in;
  endpoint& by;
  room* about;                  ///< of a request whose row needs a room; else null
  const std::string& room_name; ///< as the request has it
  const std::string& ref;
};

/// Tells who asked what the answer is.
void answer_to(const asked& q, std::string_view command, reply_data what);
/// The same in lines, for a person.
void answer_to(const asked& q, std::string_view command, lines told);

/// An answer that comes later, once: what was asked may be answered when who asked is gone.
class later_answer {
 public:
  /// @param command lives as long as the program
  later_answer(const asked& q, std::string_view command);
  /// @param items for programs, see `reply::items`
  void operator()(result<lines> told, std::vector<std::string> items = {}) const;

 private:
  std::weak_ptr<hub*> in_;
  std::uint64_t number_;
  std::string ref_;
  std::string_view command_;
};

// message_commands.cpp: what is said
result<void> carry_out(const asked& q, requests::say&& what);
result<void> carry_out(const asked& q, requests::act&& what);
result<void> carry_out(const asked& q, requests::tell&& what);

// referring_commands.cpp: what refers to something said before
result<void> carry_out(const asked& q, requests::edit&& what);
result<void> carry_out(const asked& q, requests::remove&& what);
result<void> carry_out(const asked& q, requests::answer&& what);
result<void> carry_out(const asked& q, requests::react&& what);

// pin_commands.cpp: what a room keeps in view
result<void> carry_out(const asked& q, requests::pin&& what);
result<void> carry_out(const asked& q, requests::unpin&& what);
result<void> carry_out(const asked& q, requests::list_pins&& what);

// direct_commands.cpp: who may write to whom alone
result<void> carry_out(const asked& q, requests::mark_read&& what);
result<void> carry_out(const asked& q, requests::block&& what);
result<void> carry_out(const asked& q, requests::unblock&& what);
result<void> carry_out(const asked& q, requests::accept_requests&& what);

// ignore_commands.cpp: whose messages the account's clients hide
result<void> carry_out(const asked& q, requests::ignore&& what);
result<void> carry_out(const asked& q, requests::unignore&& what);

// forget_command.cpp: the end of an account and of what it has said
result<void> carry_out(const asked& q, requests::forget&& what);

// export_command.cpp: all that is kept of the account
result<void> carry_out(const asked& q, requests::export_account&& what);

// display_command.cpp: how the account is called beside its name
result<void> carry_out(const asked& q, requests::display&& what);

// presence_commands.cpp: who is there
result<void> carry_out(const asked& q, requests::set_away&& what);
result<void> carry_out(const asked& q, requests::last_seen&& what);

// server_commands.cpp: who is on the server, and what all of them are told
result<void> carry_out(const asked& q, requests::list_online&& what);
result<void> carry_out(const asked& q, requests::announce&& what);

// room_commands.cpp: rooms
result<void> carry_out(const asked& q, requests::join&& what);
result<void> carry_out(const asked& q, requests::leave&& what);
result<void> carry_out(const asked& q, requests::list_rooms&& what);
result<void> carry_out(const asked& q, requests::topic&& what);
result<void> carry_out(const asked& q, requests::list_members&& what);

// log_commands.cpp: what was said
result<void> carry_out(const asked& q, requests::history&& what);
result<void> carry_out(const asked& q, requests::search&& what);
result<void> carry_out(const asked& q, requests::show_head&& what);

// member_commands.cpp: the member's own affairs
result<void> carry_out(const asked& q, requests::rename&& what);
result<void> carry_out(const asked& q, requests::quit&& what);
result<void> carry_out(const asked& q, requests::help&& what);
result<void> carry_out(const asked& q, requests::protection&& what);
result<void> carry_out(const asked& q, requests::unreadable&& what);

// limit_commands.cpp: what holds members back
result<void> carry_out(const asked& q, requests::show_limits&& what);

// whois_command.cpp: who somebody is
result<void> carry_out(const asked& q, requests::show_member&& what);

// account_commands.cpp: the member's account
result<void> carry_out(const asked& q, requests::register_account&& what);
result<void> carry_out(const asked& q, requests::log_in&& what);
result<void> carry_out(const asked& q, requests::log_out&& what);
result<void> carry_out(const asked& q, requests::change_password&& what);

// device_commands.cpp: where it is logged in
result<void> carry_out(const asked& q, requests::devices&& what);

// app_password_commands.cpp: what programs log in by
result<void> carry_out(const asked& q, requests::app_passwords&& what);

// totp_commands.cpp: its second factor
result<void> carry_out(const asked& q, requests::totp&& what);

// certificate_commands.cpp: what else opens it
result<void> carry_out(const asked& q, requests::certificates&& what);

// invitation_commands.cpp: who may make one
result<void> carry_out(const asked& q, requests::make_invitation&& what);

// moderation_commands.cpp: what is done about others
result<void> carry_out(const asked& q, requests::kick&& what);
result<void> carry_out(const asked& q, requests::ban&& what);
result<void> carry_out(const asked& q, requests::unban&& what);
result<void> carry_out(const asked& q, requests::mute&& what);
result<void> carry_out(const asked& q, requests::unmute&& what);
result<void> carry_out(const asked& q, requests::list_bans&& what);

// key_commands.cpp: the key of a room
result<void> carry_out(const asked& q, requests::set_key&& what);
/// Whether who asks is let into the private room by its key: later, over the thread that looks at
/// passwords. Else as `requests::join`.
/// @param closed why they may not come in without it
result<void> join_by_key(const asked& q, const std::string& room, std::string key,
                         const start_position& from, const failure& closed);

// retention_command.cpp: how much a room keeps
result<void> carry_out(const asked& q, requests::set_retention&& what);

// role_commands.cpp: roles, and the modes of rooms
result<void> carry_out(const asked& q, requests::show_rights&& what);
result<void> carry_out(const asked& q, requests::give_role&& what);
result<void> carry_out(const asked& q, requests::promote&& what);
result<void> carry_out(const asked& q, requests::demote&& what);
result<void> carry_out(const asked& q, requests::invite&& what);
result<void> carry_out(const asked& q, requests::set_mode&& what);
result<void> carry_out(const asked& q, requests::set_slow&& what);

// host_command.cpp: what the host has added
result<void> carry_out(const asked& q, requests::host&& what);

} // namespace asio_chat::commands
