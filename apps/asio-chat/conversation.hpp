// The chat itself: lines in, lines out, until somebody leaves.
#pragma once

#include "bookmarks.hpp"
#include "completion.hpp"
#include "display.hpp"
#include "roster.hpp"
#include "screen.hpp"

#include <asio_chat/client.hpp>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::app {

class conversation : public std::enable_shared_from_this<conversation> {
 public:
  struct manner {
    bool interactive = false; ///< a person types: `quit` leaves, and a refusal is no failure
    bool json = false;
  };

  conversation(client& chat, const display& d, screen& s, manner m);

  void start(const connected& news);
  /// A line that was typed or piped in.
  void enter(std::string_view raw);
  /// Leaves when everything sent has its answer.
  void end_of_input();
  /// The terminal is gone; leaves politely.
  void hang_up();
  /// Leaves politely; a second call does not wait any more.
  void leave(int exit_code);

  /// Whether the next line may come: so much is unanswered at most, and only while connected.
  bool takes_lines() const noexcept;
  /// Called when `takes_lines` has become true again.
  void on_takes_lines(std::function<void()> f) { takes_lines_ = std::move(f); }

  vocabulary words() const;
  bool over() const noexcept { return over_; }
  int exit_code() const noexcept { return exit_code_; }

 private:
  void receive();
  void on_event(const client_event& e);
  bool is_our_own(const client_event& e);
  void read_on(const room_state& s);
  void fetch(std::string room, position after, position head);
  void on_page(history_page page, position head);
  void say(std::string text);
  void command(std::string line);
  void on_reply(const reply& r);
  void answered();
  void take_more();
  int code_of_leaving() const noexcept;
  void refuse(const error_code& e);
  void note_room(const std::string& room);
  void room_changed();
  void look_at(const std::string& room);
  void show(const client_event& e);
  void finish() noexcept { over_ = true; }

  client& chat_;
  const display& display_;
  screen& screen_;
  manner manner_;

  std::string name_;        ///< ours, as the server knows it
  std::string verified_by_; ///< the server, at the first connection
  roster roster_;
  std::vector<std::string> commands_;
  std::vector<std::string> rooms_; ///< in the order of joining
  std::string home_;               ///< the first one
  std::string room_;               ///< the one looked at
  /// A /join or /leave is under way: lines behind it are meant for the room that it leads to.
  bool changing_room_ = false;
  std::deque<std::string> held_; ///< those lines
  std::string missed_room_;      ///< what a program wanted to join and could not
  std::size_t unanswered_ = 0;
  bookmarks read_;
  bool catching_up_ = false; ///< live events wait behind what was missed
  bool connected_ = true;
  bool input_ended_ = false;
  bool leaving_ = false;
  bool over_ = false;
  bool refused_ = false;
  int exit_code_ = 0;
  std::function<void()> takes_lines_;
};

} // namespace asio_chat::app
