// The chat itself: it takes lines and shows lines until the user leaves.
#pragma once

#include "completion.hpp"
#include "display.hpp"
#include "known_members.hpp"
#include "room_focus.hpp"
#include "roster.hpp"
#include "said_lines.hpp"
#include "screen.hpp"
#include "secret_questions.hpp"
#include "typed_line.hpp"

#include "transport/loop_time.hpp"

#include <asio_chat/client.hpp>

#include <boost/asio/io_context.hpp>

#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::app {

/// Its members are many: how a conversation ends, and with which exit code, depends on all of what
/// was typed, sent, answered and refused until then.
class conversation : public std::enable_shared_from_this<conversation> {
 public:
  struct modes {
    bool interactive = false; ///< a user types: `quit` leaves, and a refusal is no failure
    bool json = false;
    input_form form = input_form::typed;
    bool shows_place = false; ///< the screen always says where one is
  };

  /// @param met must live as long
  conversation(boost::asio::io_context& context, client& chat, display& d, screen& s, modes m,
               known_members& met);

  void start(const connected& news);
  using room_refusal = std::function<void(const std::string& room, const std::string& why)>;
  /// Joins rooms that one was in when an earlier client ended, once one is in the first one.
  void join_again(std::vector<std::string> rooms, room_refusal refused) {
    earlier_rooms_ = std::move(rooms);
    earlier_refused_ = std::move(refused);
  }
  /// Called after each event was shown.
  void on_news(std::function<void()> f) { news_ = std::move(f); }
  /// Called with each event that is shown.
  void on_shown(std::function<void(const client_event&)> f) { shown_event_ = std::move(f); }
  /// Called once, before the server is told goodbye.
  void on_leaving(std::function<void()> f) { leaves_ = std::move(f); }
  /// What a line means that was typed or read from a pipe.
  /// @param number of the line in the input; 0: it was typed
  typed_line read(std::string_view raw, std::size_t number) const;
  /// Takes such a line.
  void enter(typed_line line);
  /// Leaves at the end of the input, after the lines of a program have their answers.
  void end_of_input();
  /// The terminal has gone: leaves with a goodbye.
  void hang_up();
  /// Leaves with a goodbye, after every line is acknowledged. The first of several calls counts.
  void leave(int exit_code);
  /// The same, but does not wait any more if it is leaving already.
  void leave_at_once(int exit_code);
  /// The same after a signal: a slow screen is not waited for either.
  void interrupt(int exit_code);

  /// Leaves although lines were not said.
  /// @param lines the number of those lines
  /// @param first the first of them
  void leave_unsaid(std::size_t lines, const typed_line& first);

  /// Whether the next line may come: there is a connection, and not too many lines are unanswered.
  bool takes_lines() const noexcept;
  /// Whether no line may come because there is no connection.
  bool waits_for_connection() const noexcept { return !connected_ && comes_back_ && !leaving_; }
  /// Called when one of the two has become true.
  void on_input_wanted(std::function<void()> f) { input_wanted_ = std::move(f); }

  /// What is entered from now on is for that room, if one is in it.
  void look_at(const std::string& room);
  /// Null: one is not in that room. Valid until something happens.
  const std::set<std::string>* members_of(const std::string& room) const {
    return roster_.members_of(room);
  }
  const std::set<std::string>* guests_of(const std::string& room) const {
    return roster_.guests_of(room);
  }
  const displayed_names& displayed() const noexcept { return roster_.displayed(); }
  const away_members& away() const noexcept { return roster_.away(); }
  vocabulary words() const;
  /// Adds what can be typed besides, as commands of the client itself.
  void on_words(std::function<void(vocabulary&)> f) { more_words_ = std::move(f); }
  /// Whether a line may be kept to be typed again: one with a secret in it may not.
  bool may_keep(std::string_view line) const;
  /// Where its first secret begins, as far as it is typed; `npos`: it has none.
  std::size_t secret_from(std::string_view line) const { return app::secret_from(line, syntax_); }
  /// What has to be asked for before it is entered.
  std::vector<missing_secret> missing_secrets(std::string_view line) const {
    return app::missing_secrets(line, syntax_, wanted_);
  }
  bool over() const noexcept { return over_; }
  int exit_code() const noexcept { return exit_code_; }
  /// Whether the server was told goodbye, and has answered everything before.
  bool left_in_order() const noexcept { return leaving_ && connected_ && unanswered_ == 0; }

 private:
  struct held_line {
    typed_line line;
    bool marked; ///< it is marked as waiting for a connection
  };

  void receive();
  /// The screen has room for more.
  void on_room();
  void on_event(const client_event& e);
  void learn_commands(const connected& news);
  void on_room_state(const room_state& s);
  void on_removed(const std::string& room);
  void on_disconnected(const disconnected& d);
  bool is_our_own(const client_event& e);

  void reconnect(const typed_line& line);
  void hold(typed_line line);
  void take(held_line line);
  void say(typed_line line, bool marked);
  void on_answer(const said_lines::line& said, const failure& why, const acknowledged& a);
  void command(typed_line line, bool marked);
  void on_reply(const said_lines::line& said, const reply& r);
  struct export_under_way;
  /// Writes all that the server keeps of the account into a file.
  void export_account(typed_line line, bool marked, std::string path);
  void ask_for_piece(const std::shared_ptr<export_under_way>& to);
  void on_no_piece(const std::shared_ptr<export_under_way>& to, const failure& why);
  void end_export(const std::shared_ptr<export_under_way>& one);
  /// There is a connection again, or will be none.
  void go_on_with_exports();
  void on_piece(const std::shared_ptr<export_under_way>& to, const reply& r);
  /// Marks lines that have had no answer for too long, and waits for the next one.
  void watch_answers();
  void tell_overdue();
  void answered();
  void go_on();
  void give_back_held();
  void refuse(const said_lines::line& said, const failure& why);
  /// @param wanted the command, and the room that it is to join
  std::string hint_of_secret(const std::string& command, const std::string& wanted,
                             error_code refusal);
  /// Says that a line was not sent, for another reason than the server's.
  void refuse_unsent(const typed_line& line, errc code, const std::string& why);
  void tell_place();
  /// It is in doubt whether a line is said: shows it, or says so.
  void doubt(const line_origin& from, const std::string& notice);
  void show(const client_event& e, const line_origin& answered = {});
  void show(const std::vector<shown_line>& lines);
  /// The beginning of a line that was typed, without its secrets.
  std::string shown(std::string_view line) const;

  /// The output cannot be written: leaves, with that exit code if nothing else failed.
  void lose_output(int exit_code);
  int code_of_leaving() const noexcept;
  void finish() noexcept;

  time_source& time_;
  std::unique_ptr<timer> timer_;   ///< until an answer is overdue
  std::optional<steady_time> due_; ///< what the timer waits for
  client& chat_;
  display& display_;
  screen& screen_;
  modes modes_;
  known_members& met_;

  std::string name_;        ///< ours, as the server knows it
  std::string verified_by_; ///< the server, at the first connection
  roster roster_;
  room_focus focus_;
  std::vector<std::string> commands_;
  std::vector<command_info> syntax_;
  std::set<std::string> wanted_; ///< see `missing_secrets`
  said_lines said_;
  std::uint64_t connections_ = 0;                          ///< until now
  std::vector<std::shared_ptr<export_under_way>> exports_; ///< not over
  std::size_t unanswered_ = 0;                             ///< lines and commands
  /// A /join or /leave is under way: lines after it belong to the room that it leads to.
  bool changing_room_ = false;
  std::deque<held_line> held_; ///< until the room is changed and there is a connection
  bool connected_ = true;
  bool comes_back_ = true; ///< after a lost connection
  bool input_ended_ = false;
  bool receiving_ = false;
  bool leaving_ = false;
  bool forgotten_ = false; ///< as was asked: the server ends it then
  bool hurried_ = false;   ///< no slow screen is waited for
  bool over_ = false;
  bool refused_ = false;
  bool unsaid_ = false; ///< a line was not said, or has no answer, at the end
  int exit_code_ = 0;
  std::vector<std::string> earlier_rooms_;
  room_refusal earlier_refused_;
  std::function<void()> input_wanted_;
  std::function<void(vocabulary&)> more_words_;
  std::function<void()> news_;
  std::function<void(const client_event&)> shown_event_;
  std::function<void()> leaves_;
};

} // namespace asio_chat::app
