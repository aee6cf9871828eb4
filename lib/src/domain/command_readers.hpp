// Requests from the arguments of commands, for rows of the command table.
#pragma once

#include "accounts/policy.hpp"
#include "base/ascii.hpp"
#include "base/sanitize.hpp"
#include "base/utf8.hpp"
#include "domain/command_table.hpp"
#include "domain/search_line.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace asio_chat::arguments {

template <class What>
requests::any read_nothing(const given_arguments&, std::string&) {
  return What{};
}

template <class What>
requests::any read_text(const given_arguments& g, std::string&) {
  return What{std::string(g.at[0])};
}

inline requests::any read_history(const given_arguments& g, std::string&) {
  constexpr std::uint64_t usual_lines = 20;
  const auto lines = static_cast<std::size_t>(g.number.value_or(usual_lines));
  return requests::history{{log_range::side::before, {}, lines}, true};
}

inline requests::any read_join(const given_arguments& g, std::string& room) {
  room = g.at[0];
  return requests::join{{}, {}, std::string(g.at[1])};
}

inline requests::any read_leave(const given_arguments& g, std::string& room) {
  if (!g.at[0].empty()) room = g.at[0];
  return requests::leave{};
}

inline requests::any read_msg(const given_arguments& g, std::string&) {
  return requests::tell{std::string(g.at[0]), std::string(g.at[1])};
}

inline requests::any read_search(const given_arguments& g, std::string& room) {
  auto query = parse_search_line(sanitize(g.at[0]));
  if (!query) return requests::unreadable{query.error()};
  if (!query->room.empty()) room = query->room;
  return requests::search{*std::move(query)};
}

inline requests::any read_topic(const given_arguments& g, std::string&) {
  if (g.at[0].empty()) return requests::topic{};
  return requests::topic{std::string(g.at[0] == "-" ? std::string_view() : g.at[0])};
}

/// Apps show `123 456`.
inline std::string code_in(std::string_view first, std::string_view second = {}) {
  std::string code(first);
  code.append(second);
  std::erase(code, ' ');
  return code;
}

inline requests::any read_log_in(const given_arguments& g, std::string&) {
  return requests::log_in{std::string(g.at[0]), std::string(g.at[1]), code_in(g.at[2])};
}

inline requests::any read_devices(const given_arguments& g, std::string&) {
  using action = requests::devices::action;
  const std::string_view name = trim(g.at[1]);
  if (g.at[0] == "refuse") {
    if (name.empty()) return requests::devices{.what = action::refuse};
    return requests::unreadable{fail(errc::bad_arguments, "say /devices refuse, to all who ask")};
  }
  if (g.at[0] != "confirm") return requests::devices{std::string(g.at[0]), std::string(name)};
  const std::string_view code = name.substr(0, name.find(' '));
  constexpr std::size_t digits = 6;
  if (code.size() != digits || code.find_first_not_of("0123456789") != code.npos)
    return requests::unreadable{fail(errc::bad_arguments,
                                     "say /devices confirm CODE, with the six digits that the new "
                                     "device shows; a name for it may stand behind them")};
  return requests::devices{
      {}, std::string(trim(name.substr(digits))), action::confirm, std::string(code)};
}

/// `read lobby news`: the words of it.
inline std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (text = trim(text); !text.empty(); text = trim(text)) {
    words.emplace_back(text.substr(0, text.find(' ')));
    text.remove_prefix(words.back().size());
  }
  return words;
}

inline requests::any read_app_passwords(const given_arguments& g, std::string&) {
  using action = requests::app_passwords::action;
  constexpr std::size_t max_rooms = 16;
  constexpr std::size_t max_name = 64;
  const auto wrong = [](const char* why) {
    return requests::unreadable{fail(errc::bad_arguments, why)};
  };
  const std::string_view does = g.at[0];
  if (does.empty() || (does == "list" && g.at[1].empty())) return requests::app_passwords{};
  if (does == "remove") {
    std::uint64_t n = 0;
    const std::string_view typed = g.at[1];
    const auto [end, error] = std::from_chars(typed.data(), typed.data() + typed.size(), n);
    if (error != std::errc() || end != typed.data() + typed.size() || !g.at[2].empty())
      return wrong("say /apppassword remove NUMBER, see /apppassword list");
    return requests::app_passwords{.what = action::remove, .number = n};
  }
  if (does != "add") return wrong("ACTION is one of: list, add, remove");
  std::vector<std::string> scope = words_of(g.at[2]);
  if (is_blank(g.at[1]) || scope.empty() || (scope.front() != "read" && scope.front() != "chat"))
    return wrong("say /apppassword add NAME read, or /apppassword add NAME chat; the rooms that it "
                 "is for may stand behind it");
  const bool speaks = scope.front() == "chat";
  scope.erase(scope.begin());
  if (scope.size() > max_rooms) return wrong("an app password names 16 rooms at most");
  return requests::app_passwords{
      action::add, std::string(prefix_of_bytes(sanitize_for_terminal(g.at[1]), max_name)), speaks,
      std::move(scope)};
}

inline requests::any read_register(const given_arguments& g, std::string&) {
  return requests::register_account{std::string(g.at[0]), std::string(g.at[1])};
}

inline requests::any read_invitation(const given_arguments& g, std::string&) {
  using action = requests::make_invitation::action;
  const auto [what, code] = std::pair(g.at[0], g.at[1]);
  if (what == "list" && code.empty()) return requests::make_invitation{action::list};
  if (what == "end" && !code.empty())
    return requests::make_invitation{action::end, {}, std::string(code)};
  constexpr unsigned max_days = 365;
  unsigned days = 7;
  const auto [end, error] = std::from_chars(what.data(), what.data() + what.size(), days);
  const bool number = error == std::errc() && end == what.data() + what.size();
  if ((!what.empty() && !number) || days == 0 || days > max_days || !code.empty())
    return requests::unreadable{
        fail(errc::bad_arguments, "say /invitation, /invitation DAYS (1 to 365), /invitation list, "
                                  "or /invitation end CODE")};
  return requests::make_invitation{action::make, std::chrono::days(days)};
}

inline requests::any read_invite(const given_arguments& g, std::string&) {
  if (!g.at[1].empty() && g.at[1] != "off")
    return requests::unreadable{fail(errc::bad_arguments, "behind NAME may stand: off")};
  return requests::invite{std::string(g.at[0]), !g.at[1].empty()};
}

inline requests::any read_passwords(const given_arguments& g, std::string&) {
  return requests::change_password{std::string(g.at[0]), std::string(g.at[1])};
}

/// `90s`, `30m`, `2h`, `7d`
inline std::optional<std::chrono::seconds> time_in(std::string_view word) noexcept {
  constexpr std::uint64_t longest = 10ull * 365 * 24 * 3600;
  std::uint64_t n = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), n);
  if (error != std::errc() || end + 1 != word.data() + word.size()) return {};
  const std::uint64_t unit = *end == 's'   ? 1
                             : *end == 'm' ? 60
                             : *end == 'h' ? 3600
                             : *end == 'd' ? 86'400
                                           : 0;
  if (unit == 0 || n == 0 || n > longest / unit) return {};
  return std::chrono::seconds(n * unit);
}

/// `-2` or `@41`; nothing if it is neither.
inline std::optional<requests::referent> referent_in(std::string_view word) noexcept {
  constexpr std::uint64_t farthest = 1'000; // a page of the log
  if (word.size() < 2 || (word.front() != '-' && word.front() != '@')) return {};
  std::uint64_t n = 0;
  const auto [end, error] = std::from_chars(word.data() + 1, word.data() + word.size(), n);
  if (error != std::errc() || end != word.data() + word.size() || n == 0) return {};
  if (word.front() == '@') return requests::referent{n, 0};
  return n <= farthest ? std::optional(requests::referent{{}, n}) : std::nullopt;
}

/// Who types digits behind `-` or `@` means an entry, whether there is such a one or not, and so
/// does who mistypes them (`-x`, `@4l`): an edit of another one would destroy what cannot be
/// brought back. `@bob` is a name.
inline bool is_meant_as_referent(std::string_view word) noexcept {
  if (word.size() < 2) return false;
  if (word.front() == '@') return ascii::is_digit(word[1]);
  return word.front() == '-' && (ascii::is_digit(word[1]) || ascii::is_letter(word[1]));
}

/// What refers to something said before, and has a text.
template <class What>
requests::any read_referring(const given_arguments& g, std::string&) {
  const std::string_view first = g.at[0];
  const std::string_view rest = g.at[1];
  if (const auto to = referent_in(first)) return What{{*to, std::string(rest)}};
  if (is_meant_as_referent(first))
    return requests::unreadable{
        fail(errc::bad_arguments,
             std::string("WHICH must be -1 to -1000, or @ and the number of an entry; a text that "
                         "begins like one stands behind it: /")
                 .append(What::command)
                 .append(" -1 ")
                 .append(first))};
  // All of it is text; both are parts of one line.
  const char* const end = rest.empty() ? first.data() + first.size() : rest.data() + rest.size();
  return What{{{}, std::string(first.data(), end)}};
}

template <class What>
requests::any read_meant(const given_arguments& g, std::string&) {
  if (g.at[0].empty()) return What{};
  if (const auto to = referent_in(g.at[0])) return What{{*to}};
  return requests::unreadable{
      fail(errc::bad_arguments,
           std::string("WHICH must be -1 to -1000, counted back among what can be meant, or @ and "
                       "the number of an entry; usage: /")
               .append(What::command)
               .append(" [WHICH]"))};
}

/// A number, alone or with what may be units: `90`, `-1m`, `1y`, `5min`, `1h30m`, `5days`, but not
/// `2nd`.
inline bool looks_like_time(std::string_view word) noexcept {
  if (word.starts_with('-') || word.starts_with('+')) word.remove_prefix(1);
  const std::size_t digits = std::min(word.find_first_not_of("0123456789."), word.size());
  const std::string_view unit = word.substr(digits);
  constexpr std::string_view words[] = {
      "ms",    "min",   "mins",   "sec",  "secs",  "hour",   "hours",   "day",    "days",   "week",
      "weeks", "month", "months", "year", "years", "second", "seconds", "minute", "minutes"};
  const bool is_word = std::ranges::any_of(
      words, [&](std::string_view w) { return ascii::equal_ignoring_case(unit, w); });
  const bool several = unit.find_first_not_of("0123456789.smhdwySMHDWY") == std::string_view::npos;
  return digits > 0 && (unit.size() <= 1 || is_word || several);
}

/// `everywhere` and, of what lasts, a time, in any order, and the reason: each may be left out.
template <class What>
requests::any read_order(const given_arguments& g, std::string&) {
  What what;
  what.who = g.at[0];
  std::string_view rest = g.at[1];
  const auto first_word = [&] { return rest.substr(0, rest.find(' ')); };
  const auto next = [&] { rest = trim(rest.substr(first_word().size())); };
  constexpr bool lasts =
      std::is_same_v<What, requests::ban> || std::is_same_v<What, requests::mute>;
  for (;;) {
    if (!what.everywhere && ascii::equal_ignoring_case(first_word(), "everywhere")) {
      what.everywhere = true;
    } else if (const auto time = time_in(first_word()); lasts && time && !what.time) {
      what.time = time;
    } else {
      break;
    }
    next();
  }
  // For ever, for the reason `90` or `1y`, is not what was meant.
  if (lasts && !what.time && looks_like_time(first_word()))
    return requests::unreadable{fail(
        errc::bad_arguments, "TIME is a number with s, m, h or d, such as 30m, up to ten years")};
  if (!lasts && !std::is_same_v<What, requests::kick> && !rest.empty())
    return requests::unreadable{fail(errc::bad_arguments, "behind WHO may stand: everywhere")};
  what.reason = sanitize_for_terminal(rest); // one line: it stands in those of the server
  return what;
}

inline requests::any read_role(const given_arguments& g, std::string&) {
  if (!g.at[1].empty() && !find_role(g.at[1]))
    return requests::unreadable{
        fail(errc::bad_arguments, "ROLE is one of: guest, member, voice, operator, owner")};
  if (!g.at[2].empty() && g.at[2] != "everywhere")
    return requests::unreadable{fail(errc::bad_arguments, "behind ROLE may stand: everywhere")};
  return requests::give_role{std::string(g.at[0]), std::string(g.at[1]), !g.at[2].empty()};
}

inline requests::any read_mode(const given_arguments& g, std::string&) {
  const std::string_view mode = g.at[0];
  if (mode.empty()) return requests::set_mode{};
  if (mode != "private" && mode != "moderated" && mode != "read-only")
    return requests::unreadable{
        fail(errc::bad_arguments, "MODE is one of: private, moderated, read-only")};
  if (g.at[1] != "on" && g.at[1] != "off")
    return requests::unreadable{fail(errc::bad_arguments, "behind MODE stands on or off")};
  return requests::set_mode{std::string(mode), g.at[1] == "on"};
}

inline requests::any read_key(const given_arguments& g, std::string&) {
  if (g.at[0] == "-") return requests::set_key{{}, true};
  return requests::set_key{std::string(g.at[0])};
}

/// `30d`, `10000 messages`, `off`
inline requests::any read_retention(const given_arguments& g, std::string&) {
  constexpr std::chrono::days shortest{1}; // ids of messages are known for as long
  constexpr std::uint64_t fewest = 100;
  constexpr std::uint64_t most = 1'000'000'000;
  const auto [how, unit] = std::pair(g.at[0], g.at[1]);
  if (how.empty()) return requests::set_retention{};
  if (how == "off" && unit.empty()) return requests::set_retention{{}, {}, true};
  if (const auto age = time_in(how); age && *age >= shortest && unit.empty())
    return requests::set_retention{{}, age};
  std::uint64_t n = 0;
  const auto [end, error] = std::from_chars(how.data(), how.data() + how.size(), n);
  const bool number = error == std::errc() && end == how.data() + how.size();
  if (number && n >= fewest && n <= most && unit == "messages") return requests::set_retention{n};
  return requests::unreadable{fail(errc::bad_arguments,
                                   "say /retention 30d (a day to ten years), /retention 10000 "
                                   "messages (from 100 on), or /retention off")};
}

inline requests::any read_limits(const given_arguments& g, std::string&) {
  return requests::show_limits{std::string(g.at[0]), std::string(g.at[1]), std::string(g.at[2])};
}

inline requests::any read_bans(const given_arguments& g, std::string&) {
  return requests::list_bans{g.number.value_or(0)};
}

inline requests::any read_read(const given_arguments& g, std::string&) {
  return requests::mark_read{g.number};
}

inline requests::any read_requests(const given_arguments& g, std::string&) {
  if (g.at[0].empty()) return requests::accept_requests{};
  if (g.at[0] != "on" && g.at[0] != "off")
    return requests::unreadable{fail(errc::bad_arguments, "SWITCH is on or off")};
  return requests::accept_requests{g.at[0] == "on"};
}

inline requests::any read_forget(const given_arguments& g, std::string&) {
  if (!ascii::equal_ignoring_case(g.at[0], "me"))
    return requests::unreadable{
        fail(errc::bad_arguments, "say /forget me: you can have nobody else forgotten")};
  return requests::forget{std::string(g.at[1]), code_in(g.at[2])};
}

inline requests::any read_export(const given_arguments& g, std::string&) {
  if (!ascii::equal_ignoring_case(g.at[0], "me"))
    return requests::unreadable{
        fail(errc::bad_arguments, "say /export me: you can export nobody else")};
  return requests::export_account{std::string(g.at[1])};
}

inline requests::any read_display(const given_arguments& g, std::string&) {
  std::string_view name = trim(g.at[0]);
  if (!name.starts_with('-')) return requests::display{std::string(name)};
  name = trim(name.substr(1));
  if (!name.empty() && (!name.starts_with('@') || name.size() == 1))
    return requests::unreadable{
        fail(errc::bad_arguments, "say /display - to take yours away, or /display - @NAME")};
  return requests::display{{}, true, std::string(name.substr(name.empty() ? 0 : 1))};
}

inline requests::any read_slow(const given_arguments& g, std::string&) {
  return requests::set_slow{std::chrono::seconds(g.number.value_or(0))};
}

inline requests::any read_totp(const given_arguments& g, std::string&) {
  const auto [action, secret, code] = std::tuple(g.at[0], g.at[1], g.at[2]);
  const auto wrong = [](std::string why) {
    return requests::unreadable{fail(errc::bad_arguments, std::move(why))};
  };
  if (!action.empty() && action != "on" && action != "confirm" && action != "off")
    return wrong("ACTION is one of: on, confirm, off");
  if (action == "on" && secret.empty()) return wrong("say /totp on PASSWORD");
  if (action == "confirm" && secret.empty()) return wrong("say /totp confirm CODE");
  if (action == "off" && code.empty()) return wrong("say /totp off PASSWORD CODE");
  if (action == "confirm") return requests::totp{"confirm", code_in(secret, code), {}};
  return requests::totp{std::string(action), std::string(secret), code_in(code)};
}

/// An account that has no password needs none: `/cert add PIN`.
inline requests::any read_certificates(const given_arguments& g, std::string&) {
  const auto [action, secret, pin] = std::tuple(g.at[0], g.at[1], g.at[2]);
  const auto wrong = [](std::string why) {
    return requests::unreadable{fail(errc::bad_arguments, std::move(why))};
  };
  if (action.empty() || action == "list") return requests::certificates{};
  if (action != "add" && action != "remove") return wrong("ACTION is one of: list, add, remove");
  if (action == "remove") {
    if (secret.empty() || !pin.empty()) return wrong("say /cert remove NUMBER, see /cert list");
    return requests::certificates{std::string(action), {}, std::string(secret)};
  }
  const bool is_pin = pin.empty() && secret.starts_with("sha256/");
  return requests::certificates{std::string(action), std::string(is_pin ? "" : secret),
                                std::string(is_pin ? secret : pin)};
}

} // namespace asio_chat::arguments
