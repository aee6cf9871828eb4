// What a person does with windows, by keys.
#pragma once

#include "edit_buffer.hpp"
#include "fullscreen/chat_state.hpp"
#include "fullscreen/hit_list.hpp"
#include "fullscreen/picture_pace.hpp"
#include "fullscreen/screen_view.hpp"
#include "fullscreen/window_commands.hpp"
#include "text_entry.hpp"
#include "typed_line.hpp"

#include "base/clock.hpp"

#include <asio_chat/event.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace asio_chat::app {

/// Knows which key does what, and what is seen then; knows nothing of a terminal or a server.
class window_control {
 public:
  using page_handler = std::function<void(const error_code&, const history_page&)>;
  /// What is around the windows.
  struct surroundings {
    std::function<typed_line(const std::string&)> read; ///< what a typed text means
    std::function<void(typed_line)> enter;
    std::function<void()> end;                                     ///< Ctrl-D on an empty line
    std::function<vocabulary()> words;                             ///< that can be completed
    std::function<bool(std::string_view line)> may_keep;           ///< among the lines typed before
    std::function<std::size_t(std::string_view line)> secret_from; ///< as in `text_entry`
    std::function<std::vector<missing_secret>(std::string_view line)> missing_secrets; ///< likewise
    std::function<void(const std::string& room)> look_at;
    /// Null: one is not in that room.
    std::function<const std::set<std::string>*(const std::string& room)> members;
    /// Some of them; null: none.
    std::function<const std::set<std::string>*(const std::string& room)> guests;
    /// How members are displayed beside their names.
    std::function<const displayed_names&()> displayed;
    /// Who has said that they do not answer.
    std::function<const away_members&()> away;
    std::function<void(const std::string& room, log_range, page_handler)> fetch;
    /// Goes into what is kept of the messages of a member; false: nothing is.
    std::function<void(const std::string& name, std::function<void(bool in)>)> open_log;
    /// Everything until there has been read in that room.
    std::function<void(const std::string& room, std::uint64_t offset)> has_read;
    /// While there is no connection; none: one is being made, or there is to be none.
    std::function<std::optional<std::chrono::milliseconds>()> next_attempt;
    std::function<void()> changed; ///< there is something to draw, and no key was pressed
    std::function<void()> redraw;  ///< the whole screen
    /// Gives a text to the person's editor, and what they made of it back.
    std::function<void(const std::string& text, std::function<void(const std::string&)>)> edit;
  };

  /// @param state, time must live as long
  window_control(chat_state& state, const clock& time, surroundings s);
  ~window_control();
  window_control(const window_control&) = delete;
  window_control& operator=(const window_control&) = delete;

  /// @param aliases `NAME LINE` each
  void define(const std::vector<std::string>& aliases);
  /// @param bindings `KEY ACTION` each, which are good
  void bind(const std::vector<std::string>& bindings);
  /// From now on lines that are entered can be found by Ctrl-R in later clients as well.
  void keep_entered();
  /// So many messages from before one came are shown at first.
  void begin_with(std::size_t messages) { first_page_ = messages; }
  void press(const key& k);
  /// Adds our commands and the aliases.
  void add_to(vocabulary& words) const { commands_.add_to(words); }
  canvas draw(std::size_t columns, std::size_t rows);
  /// A room that one was in when an earlier client ended.
  void cannot_join(const std::string& room, const std::string& why);
  /// Brings what is typed to where it is kept. To be called after keys were pressed.
  void keep_drafts();
  /// The same no more often than pictures are drawn, and before each of them: what is seen is kept,
  /// and a long text that comes as many keys is not looked at for each of them.
  /// @return when it has to be called again; none: everything is kept
  std::optional<steady_time> keep_drafts_in_time();

 private:
  static constexpr std::size_t page_entries = 100;

  bool may_keep(std::string_view line) const;
  std::size_t secret_from(std::string_view line) const;
  void press_meant(const key& k);
  void edit();
  bool press_for_windows(const key& k);
  bool press_meta(char32_t c);
  void answer(const key& k);
  void answered(const question& q);
  void choose(const key& k);
  static bool is_control(const key& k, char32_t c) {
    return k.what == key::kind::control && k.character == c;
  }
  void jump(const std::string& room, position at);
  void go_to_beginning();
  void mark(std::ptrdiff_t direction);
  void go_on();
  void scroll_by(std::ptrdiff_t rows);
  bool move(window& w, std::ptrdiff_t rows, const area& where);
  std::ptrdiff_t page();
  void pay(window& w);
  void step(std::ptrdiff_t windows);
  void enter(const std::string& text);
  void say(typed_line line);
  void take(typed_line line);
  void command(typed_line line);
  std::string about_marked(const std::string& line) const;
  void send(window& in, log_line shown);
  void open_log(window& w);
  void opened(std::uint64_t id, bool is_kept);
  void tell_read();
  void send_again();
  void restore();
  window* window_of(const std::string& title);
  void refuse(const std::string& text, const std::string& why);
  void sync();
  void change_text(const window& to);
  void fetch();
  void fetch(window& w, bool up);
  screen_state look();

  chat_state& state_;
  const clock& time_;
  surroundings around_;
  key_bindings bindings_;
  unsent_lines unsent_;
  window_commands commands_;
  text_entry entry_;
  std::optional<question> asked_;
  std::optional<hit_list> hits_;
  bool pressed_ = false; ///< a key, ever
  bool rooms_shown_ = true;
  bool members_shown_ = true;
  message_style messages_;
  std::size_t columns_ = 80;
  std::size_t rows_ = 24;
  std::size_t first_page_ = page_entries;
  std::uint64_t typing_in_ = 0;                   ///< the window that the typed text belongs to
  std::map<std::uint64_t, edit_buffer> put_down_; ///< texts of other windows
  /// Lines for members of whom it is being asked whether what is said to them is kept, by window.
  std::map<std::uint64_t, std::vector<log_line>> undelivered_;
  std::set<std::uint64_t> fetching_; ///< windows that wait for a page
  /// Keys that were to scroll up, and found no line there yet.
  struct owed_scroll {
    std::uint64_t in = 0;    ///< the window
    std::ptrdiff_t rows = 0; ///< of each key
    int keys = 0;
  };
  std::optional<owed_scroll> owed_;
  std::uint64_t marked_ = 0; ///< offset of the message that what is entered is about; 0: none
  struct place {
    std::uint64_t in = 0;       ///< the window
    std::optional<position> at; ///< none: the beginning
  };
  std::optional<place> wanted_; ///< where to go when the page that is on its way is there
  picture_pace keeping_;
  bool unkept_ = false;    ///< what is typed, in part
  std::string ref_prefix_; ///< of lines of this client alone
  std::uint64_t last_ref_ = 0;
  bool keeps_entered_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

} // namespace asio_chat::app
