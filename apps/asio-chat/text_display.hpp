// The conversation for people.
#pragma once

#include "display.hpp"
#include "look_back.hpp"
#include "said_entries.hpp"

#include "base/clock.hpp"
#include "model/hidden_members.hpp"

#include <asio_chat/time.hpp>

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::app {

enum class time_format {
  off,   ///< `NAME: text`
  clock, ///< `[HH:MM:SS] NAME: text`
  full,  ///< `[YYYY-MM-DD HH:MM:SS] NAME: text`
};

/// The time with its bracket and a space, in the local time zone; nothing if it is off.
std::string stamp(wall_time t, time_format format);

/// `[times are in CET, UTC+01:00]`: of the stamps from that time on.
std::string time_zone(wall_time t);

/// The form in which the time of an earlier entry says enough: the clock is for today.
time_format form_of_earlier(wall_time t, wall_time now, time_format format);

/// In a sentence, safe for a terminal.
std::string warning_about(const changed_member& m);

/// What an answer says, in lines: foreign text as it came.
/// @param format of the times of entries
std::vector<std::string> lines_of_answer(const reply& r, wall_time now, time_format format);

class text_display final : public display {
 public:
  /// @param server as the person named it
  /// @param looks_back whether what was said before one came is told apart from what is said now:
  ///                   for a person it is, while a program wants every line in the same form
  /// @param time says what is of today; must live as long
  text_display(const clock& time, time_format format, std::string server, bool name_verified,
               bool looks_back)
      : time_(time)
      , format_(format)
      , server_(std::move(server))
      , name_verified_(name_verified)
      , looks_back_(looks_back) {}

  /// The sender's address before the name, where the server tells it: `192.0.2.7:40000: NAME: text`
  void show_address(bool on) { shows_address_ = on; }

  using display::show;
  std::vector<shown_line> show(const client_event& e, std::string_view room,
                               const line_origin& answered) override;
  std::vector<shown_line> show(const changed_member& m) override;
  /// `/ignore` and `/unignore`, where no account keeps them.
  std::optional<std::vector<shown_line>> carry_out(std::string_view line,
                                                   std::string_view own_name) override;
  void remember(const entry& own) override { said_.take(own); }
  /// What that member says is not shown, until the client ends.
  void ignore(std::string_view name);

 private:
  /// Without what those say whom the account ignores.
  std::optional<client_event> without_hidden(const client_event& e) const;
  bool hides(const entry& e) const { return hidden_.hides(e) || here_.hides(e); }
  bool unignore(std::string_view name);
  bool shows_time(const client_event& e, bool earlier) const;
  std::vector<shown_line> show_entry(const entry& e, std::string_view room);
  std::vector<shown_line> show_as(const client_event& e, std::string_view room,
                                  time_format format) const;

  const clock& time_;
  time_format format_;
  std::string server_;
  bool name_verified_;
  bool looks_back_;
  bool shows_address_ = false;
  bool zone_told_ = false; ///< once is enough
  look_back earlier_;
  said_entries said_;
  hidden_members hidden_; ///< by the account
  std::set<std::string> ignored_here_;
  hidden_members here_; ///< those
};

} // namespace asio_chat::app
