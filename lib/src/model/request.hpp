// What a member asks of the hub, whatever protocol it came by.
#pragma once

#include <asio_chat/search_query.hpp>

#include <asio_chat/error.hpp>
#include <asio_chat/event.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace asio_chat {

struct host_row; // domain/host_commands.hpp

/// One struct for each row of the command table, in its order; `command` is the row's name. Then
/// what is no row of it.
namespace requests {

struct say {
  static constexpr std::string_view command = "say";
  std::string text;
  std::string id{}; ///< the sender's own, the same again on a repetition
};
struct help {
  static constexpr std::string_view command = "help";
  std::string about{}; ///< the name of a command; empty: all of them
};
struct history {
  static constexpr std::string_view command = "history";
  log_range part;
  bool for_a_person = false; ///< answered by a `reply` in lines, and not by a `history_page`
};
struct join {
  static constexpr std::string_view command = "join";
  std::optional<position> after{};      ///< the last entry known: what follows it comes first
  std::optional<std::size_t> history{}; ///< else: so many of the last entries come first
  std::string key{};                    ///< of the room, if it is private; empty: none is given
};
struct leave {
  static constexpr std::string_view command = "leave";
};
struct act { ///< says what one does
  static constexpr std::string_view command = "me";
  std::string text;
  std::string id{};
};
struct tell {
  static constexpr std::string_view command = "msg";
  std::string to;
  std::string text;
};
struct rename {
  static constexpr std::string_view command = "nick";
  std::string name;
};
struct quit {
  static constexpr std::string_view command = "quit";
};
struct list_rooms {
  static constexpr std::string_view command = "rooms";
  std::string from; ///< the first name that is wanted, or the next one
};
struct search {
  static constexpr std::string_view command = "search";
  search_query query;
};
struct protection {
  static constexpr std::string_view command = "tls";
};
struct topic {
  static constexpr std::string_view command = "topic";
  std::optional<std::string> text; ///< none: it is only shown; empty: it is removed
};
struct list_members {
  static constexpr std::string_view command = "who";
  std::string from; ///< as in `list_rooms`
};
struct show_limits {
  static constexpr std::string_view command = "limits";
  std::string action{}; ///< `set` or `reset`; empty: they are shown
  std::string name{};   ///< of the setting
  std::string value{};  ///< with `set`
};
struct show_head {
  static constexpr std::string_view command = "head";
};
struct show_rights {
  static constexpr std::string_view command = "rights";
};
struct show_member {
  static constexpr std::string_view command = "whois";
  std::string who;
};
struct register_account {
  static constexpr std::string_view command = "register";
  std::string password;
  std::string invitation{}; ///< its code; empty: none
};
struct log_in {
  static constexpr std::string_view command = "login";
  std::string name;
  std::string password; ///< empty: another device of the account is asked
  std::string code{};   ///< of the second factor; empty: none is given
};
struct log_out {
  static constexpr std::string_view command = "logout";
};
struct change_password {
  static constexpr std::string_view command = "password";
  std::string now;
  std::string next;
};
struct devices {
  static constexpr std::string_view command = "devices";
  enum class action : std::uint8_t { manage, confirm, refuse };
  std::string which{}; ///< a number, or `all`; empty: they are listed
  std::string name{};  ///< to call it by; empty: it is logged out
  action what = action::manage;
  std::string code{}; ///< with `confirm`: of a new one that asks to be logged in
};
struct app_passwords {
  static constexpr std::string_view command = "apppassword";
  enum class action : std::uint8_t { list, add, remove };
  action what = action::list;
  std::string name{}; ///< with `add`
  bool speaks = false;
  std::vector<std::string> rooms{}; ///< empty: all
  std::uint64_t number = 0;         ///< with `remove`
};
struct totp {
  static constexpr std::string_view command = "totp";
  std::string action{}; ///< `on`, `confirm` or `off`; empty: it is only told
  std::string secret{}; ///< the password, or a code to confirm
  std::string code{};   ///< with `off`
};
struct certificates {
  static constexpr std::string_view command = "cert";
  std::string action{};   ///< `add` or `remove`; else they are listed
  std::string password{}; ///< with `add`; empty: the account has none
  std::string which{};    ///< a pin, or with `remove` a number; empty: that of the connection
};
struct make_invitation {
  static constexpr std::string_view command = "invitation";
  enum class action : std::uint8_t { make, list, end };
  action what = action::make;
  std::chrono::days lasts{7};
  std::string code{}; ///< of the one that is to end
};
/// What a moderator wants done about somebody.
struct order {
  std::string who;                            ///< a name, an address or a network
  bool everywhere = false;                    ///< and not in one room
  std::optional<std::chrono::seconds> time{}; ///< none: for ever
  std::string reason{};
};
struct kick : order {
  static constexpr std::string_view command = "kick";
};
struct ban : order {
  static constexpr std::string_view command = "ban";
};
struct unban : order {
  static constexpr std::string_view command = "unban";
};
struct mute : order {
  static constexpr std::string_view command = "mute";
};
struct unmute : order {
  static constexpr std::string_view command = "unmute";
};
struct list_bans {
  static constexpr std::string_view command = "bans";
  std::uint64_t from = 0; ///< the number of the first one that is wanted, or the next one
};
struct give_role {
  static constexpr std::string_view command = "role";
  std::string who;
  std::string role_name; ///< empty: it is only told
  bool everywhere = false;
};
struct promote {
  static constexpr std::string_view command = "op";
  std::string who;
};
struct demote {
  static constexpr std::string_view command = "deop";
  std::string who;
};
struct invite {
  static constexpr std::string_view command = "invite";
  std::string who;   ///< empty: they are listed
  bool ends = false; ///< the invitation is taken back
};
struct set_mode {
  static constexpr std::string_view command = "mode";
  std::string mode; ///< empty: they are only told
  bool on = true;
};
struct set_key {
  static constexpr std::string_view command = "key";
  std::string key{};    ///< empty: it is only told whether there is one
  bool removed = false; ///< it has none any more
};
struct set_retention {
  static constexpr std::string_view command = "retention";
  std::optional<std::uint64_t> entries{};    ///< that are kept
  std::optional<std::chrono::seconds> age{}; ///< up to which they are
  bool off = false;                          ///< as the server has it; else, of neither, it is told
};
struct set_slow {
  static constexpr std::string_view command = "slow";
  std::chrono::seconds between{0};
};
/// Which entry of the room is meant.
struct referent {
  std::optional<std::uint64_t> offset{}; ///< this one
  std::uint64_t back = 1; ///< else: so many back among those that may be meant; 1: the newest
};
/// To say something that refers to something said before.
struct referring {
  referent to{};
  std::string text{};
  std::string id{}; ///< the sender's own, as in `say`
};
struct edit : referring {
  static constexpr std::string_view command = "edit";
};
struct remove : referring { ///< without a text
  static constexpr std::string_view command = "delete";
};
struct answer : referring {
  static constexpr std::string_view command = "reply";
};
struct react : referring {
  static constexpr std::string_view command = "react";
};
struct pin : referring { ///< without a text
  static constexpr std::string_view command = "pin";
};
struct unpin : referring { ///< likewise
  static constexpr std::string_view command = "unpin";
};
struct list_pins {
  static constexpr std::string_view command = "pins";
};
struct mark_read {
  static constexpr std::string_view command = "read";
  std::optional<std::uint64_t> until{}; ///< the offset of an entry; none: the newest
};
struct block {
  static constexpr std::string_view command = "block";
  std::string who{}; ///< empty: they are listed
};
struct unblock {
  static constexpr std::string_view command = "unblock";
  std::string who;
};
struct accept_requests {
  static constexpr std::string_view command = "requests";
  std::optional<bool> on{}; ///< none: it is only told
};
struct set_away {
  static constexpr std::string_view command = "away";
  std::string text{}; ///< empty: one is back
};
struct last_seen {
  static constexpr std::string_view command = "seen";
  std::string who;
};
struct ignore {
  static constexpr std::string_view command = "ignore";
  std::string who{}; ///< empty: they are listed
};
struct unignore {
  static constexpr std::string_view command = "unignore";
  std::string who;
};
struct forget {
  static constexpr std::string_view command = "forget";
  std::string proof{}; ///< the password, or the name of an account without one; empty: none yet
  std::string code{};  ///< of the second factor
};
struct export_account {
  static constexpr std::string_view command = "export";
  std::string piece{}; ///< the one that the answer before has named; empty: it begins anew
};
struct display {
  static constexpr std::string_view command = "display";
  std::string name{};      ///< empty: it is only told
  bool removes = false;    ///< instead of the one there is
  std::string of_member{}; ///< whose it is to be removed; empty: one's own
};
struct list_online {
  static constexpr std::string_view command = "online";
  std::string from; ///< as in `list_rooms`
};
struct announce {
  static constexpr std::string_view command = "announce";
  std::string text;
};
/// A command that the host has added.
struct host {
  const host_row* row;
  std::vector<std::string> arguments;
};
/// A line or a message that is none of these: refused in its turn, behind the answers to what came
/// before it.
struct unreadable {
  failure why;
};

using any =
    std::variant<say, help, history, join, leave, act, tell, rename, quit, list_rooms, search,
                 protection, topic, list_members, show_limits, show_head, show_rights, show_member,
                 register_account, log_in, log_out, change_password, devices, app_passwords, totp,
                 certificates, make_invitation, kick, ban, unban, mute, unmute, list_bans,
                 give_role, promote, demote, invite, set_mode, set_key, set_retention, set_slow,
                 edit, remove, answer, react, pin, unpin, list_pins, mark_read, block, unblock,
                 accept_requests, set_away, last_seen, ignore, unignore, forget, export_account,
                 display, list_online, announce, host, unreadable>;

} // namespace requests

struct request {
  std::string room; ///< what it is about; empty: the default room
  std::string ref;  ///< given back with the answer
  requests::any what;
};

} // namespace asio_chat
