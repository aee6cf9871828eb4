// What a person has open: the server, rooms and conversations with one member, each in a window.
#pragma once

#include "fullscreen/message_log.hpp"
#include "model/hidden_members.hpp"

#include <asio_chat/client.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asio_chat::app {

/// The lowest row that one sees while one reads up. It does not move when something is said.
struct scroll_position {
  message_log::number line = 0;
  std::size_t hidden = 0; ///< rows of that line below it
};

struct window {
  enum class kind { server, room, direct };
  std::uint64_t id = 0; ///< no other window has it, also later
  kind what = kind::server;
  std::string name = {}; ///< of the room or the member
  std::string topic = {};
  message_log log = {};
  std::optional<scroll_position> scrolled = {};   ///< none: it shows what is newest
  std::optional<message_log::number> marker = {}; ///< the first line that is new to the person
  std::optional<message_log::number> chosen = {}; ///< a line that was looked for
  std::size_t unread = 0;                         ///< lines that the person has not seen
  std::size_t mentions = 0;
  std::uint64_t shown_last = 0;       ///< the higher, the later; 0: never
  std::u32string draft = {};          ///< what is typed in it and not entered
  position read = {};                 ///< of the room: what was said until then is not new
  position counted = {};              ///< of the room: what was said until then is in `unread`
  std::optional<position> marks = {}; ///< what comes after it is new, and has no marker yet
  bool in = false;                    ///< what has a log: the server has said that one is in it
  bool out = false;                   ///< of the room: one was removed from it
  bool older = false;                 ///< the room's log may have lines before the first one
  bool refills = false;               ///< it wants the newest page of the room's log
  bool begun = false;                 ///< its first page was asked for
  std::string trouble = {}; ///< why a page did not come; none is asked for by itself until it ends
  std::size_t presence = 0; ///< how many came, went or have another name
  bool kept = false;        ///< of a member: what is said there is in a log, as in a room
  bool asked = false;       ///< of a member: whether it is kept was asked
  position told_read = {};  ///< so much of the log the server was told to be read

  /// `#den`, `@bob`, or the server.
  std::string title() const;
  /// Whether what is said there is in a log, of which pages can be asked for.
  bool has_log() const noexcept { return what == kind::room || kept; }
  /// What the server calls it, if it has a log.
  std::string room() const { return what == kind::direct ? "@" + name : name; }
};

/// Takes what happens, and what a person does; knows nothing of a terminal. Window 0 is the
/// server's, which is never closed. A reference to a window is valid as long as the window is open.
class windows {
 public:
  explicit windows(std::string server);

  std::size_t count() const noexcept { return all_.size(); }
  const window& at(std::size_t n) const { return *all_[n]; }
  window& at(std::size_t n) { return *all_[n]; }
  std::size_t shown() const noexcept { return shown_; }
  const window& current() const { return *all_[shown_]; }
  window& current() { return *all_[shown_]; }
  window* find(window::kind what, std::string_view name);
  window* find(std::uint64_t id);
  /// Of the log of a room, or of a member's.
  window* find_log(std::string_view room);
  const std::string& own_name() const noexcept { return own_name_; }
  void set_own_name(std::string name) { own_name_ = std::move(name); }
  /// Words that count as one's own name.
  void set_highlights(std::vector<std::string> words) { highlights_ = std::move(words); }
  /// An earlier client has read that far.
  void set_read(std::map<std::string, position> until) { read_ = std::move(until); }
  /// How far the person has read, in the rooms they are in or have been in before.
  std::map<std::string, position> read_positions() const;
  /// What was typed in windows that are not open yet, by their titles.
  void set_drafts(std::map<std::string, std::string> drafts) { drafts_ = std::move(drafts); }
  const std::map<std::string, std::string>& unopened_drafts() const noexcept { return drafts_; }
  void keep_draft(const std::string& title, std::string text) { drafts_[title] = std::move(text); }
  void drop_draft(const std::string& title) { drafts_.erase(title); }

  log_line line_of(const entry& e) const;

  // What happens.

  /// @return whether the person should be called, by a mention or by a message to them alone
  bool said(const entry& e);
  bool said(const direct_message& m);
  /// One is in the room; the first one is shown.
  void entered(const room_state& s);
  /// Opens the window of a room, or of a member (`@bob`), if there is none, and shows it.
  void show_room(const std::string& name);
  void left(std::string_view room);
  void presence(const member_joined& m, wall_time now);
  void presence(const member_left& m, wall_time now);
  void presence(const member_renamed& m, wall_time now);
  /// Entries are missing between those that came before and those that come.
  void missed(const entries_missed& m, const std::string& text, wall_time now);
  /// A line of the client or the server, in the window that is shown.
  void remark(log_line::kind what, std::string text, wall_time now);
  /// The same in the server's window.
  void remark_on_server(std::string text, wall_time now);
  /// What the server tells one alone, who is no member: in the room that one was put out of by it,
  /// if there is one, and where it is seen.
  /// @return the title of the window it is for
  std::string told_by_server(const std::string& put_out_of, const std::string& text, wall_time now);
  /// There is another connection, and the server says again where one is.
  void connected_again();
  /// Something about a member, in a room and in the window of what they say to one alone, which is
  /// opened where it is about that.
  void warn_of(const std::string& room, const std::string& name, const std::string& text,
               wall_time now);
  /// @return whether it told what another connection of the account has read, which is taken
  bool take_read(const reply& r);
  /// A page of the room's log, which was asked for.
  void older(window& of, const history_page& page);
  void newer(window& of, const history_page& page);
  /// The part of the room's log around an entry, in the place of what is held, with that entry
  /// chosen.
  void around(window& of, const history_page& page, position at);

  // One's own lines.

  /// Shows a line that was entered, whose answer will name its `ref`.
  void echo(window& in, log_line line);
  /// It is not certain that the line is said.
  void doubted(std::string_view ref);
  /// @param time when the server says that it was; zero: it does not
  /// @return when the line was entered; none: there is no such line
  std::optional<wall_time> acknowledged(std::string_view ref, position at, wall_time time);
  /// @return the window that has the line; null: there is no such line
  const window* refused(std::string_view ref, std::string why);

  // What the person does.

  /// The window that was shown is read, unless one reads further up in it, and the next new line
  /// in it will be marked.
  void show(std::size_t n);
  /// The next window with a mention, or else with something unread; and if there is none, what is
  /// unread below in the one that is shown.
  bool show_next_unread();
  /// The windows whose names have `part` in them, in any capitals; those that begin so first, and
  /// the server's last.
  std::vector<std::size_t> named_like(std::string_view part) const;
  /// Opens a conversation with a member if there is none, and shows it.
  void show_direct(const std::string& name);
  /// The same without showing it.
  window& open_direct(const std::string& name) { return open(window::kind::direct, name); }
  /// Messages of that member do not count, and are not shown.
  void ignore(std::string_view name);
  /// @return false: it was not ignored here; it may be by the account
  bool unignore(std::string_view name);
  /// Here, or by the account; folded.
  const std::set<std::string>& ignored() const noexcept { return ignored_; }
  /// Here alone.
  const std::set<std::string>& ignored_here() const noexcept { return ignored_here_; }
  /// What the server keeps with the account.
  const hidden_members& kept_ignored() const noexcept { return kept_ignored_; }
  /// @return whether the answer was the account's list, which is taken
  bool take_ignored(const reply& r);
  /// There is another connection: whose account it is for is not known yet.
  void forget_kept_ignored();
  /// What was typed in a room is kept until one comes back to it. If it was the one that is shown,
  /// the one shown before it takes its place.
  /// @return false: the server's window stays
  bool close(std::size_t n);
  /// Shows what is newest.
  void follow(window& w);

 private:
  struct line_place {
    window* in = nullptr;
    message_log::number line = 0;
  };

  window& open(window::kind what, const std::string& name);
  std::size_t number_of(const window& w) const;
  std::vector<log_line> lines_of(const history_page& page) const;
  void entered_direct(const room_state& s);
  bool add(window& to, log_line line, bool is_new);
  void mark_new(window& w);
  std::optional<position> read_before(const room_state& s);
  void read_elsewhere(window& w, std::uint64_t until);
  void has_read(window& w);
  void arrive(std::size_t n);
  void join_ignored();
  void fold(std::string_view room, wall_time now, const std::string& joined,
            const std::string& left);
  line_place unanswered(std::string_view ref);

  std::vector<std::unique_ptr<window>> all_;
  std::uint64_t last_id_ = 0;
  std::set<std::string> ignored_here_; ///< folded
  hidden_members kept_ignored_;
  std::set<std::string> ignored_; ///< both of these
  std::size_t shown_ = 0;
  std::uint64_t shows_ = 0;
  std::string own_name_;
  std::vector<std::string> highlights_;
  std::map<std::string, position> read_;      ///< by an earlier client, in rooms not entered yet
  std::map<std::string, std::string> drafts_; ///< by the title of their window
};

/// Whether a member is among those ignored.
bool is_ignored(const std::set<std::string>& ignored, std::string_view name);

/// Whether the text has that name in it as a word, in any capitals.
bool mentions(std::string_view text, std::string_view name);

} // namespace asio_chat::app
