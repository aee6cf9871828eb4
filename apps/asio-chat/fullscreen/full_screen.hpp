// A terminal that is used as a whole.
#pragma once

#include "fullscreen/curses_writer.hpp"
#include "fullscreen/editor_process.hpp"
#include "fullscreen/picture_pace.hpp"
#include "fullscreen/settings.hpp"
#include "fullscreen/window_control.hpp"
#include "keyboard.hpp"
#include "output_queue.hpp"
#include "screen.hpp"
#include "terminal.hpp"

#include "base/clock.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace asio_chat::app {

/// Takes the terminal over until it is closed, and then gives it back as it was. What is drawn is
/// what there is when the terminal has taken the picture before: a slow one skips pictures, while
/// the windows keep every line.
class full_screen final : public screen, public key_taker {
 public:
  /// @param state must live as long
  /// @throws asio_chat::error if the terminal cannot be used
  full_screen(boost::asio::io_context& context, chat_state& state, const screen_settings& look,
              window_control::surroundings s);
  ~full_screen() override;
  full_screen(const full_screen&) = delete;
  full_screen& operator=(const full_screen&) = delete;

  /// Something has changed.
  void draw_soon();
  /// Called when a message names the person, or is told to them alone.
  void call(const std::string& who, const std::string& where);
  /// Adds the commands of the screen to what can be typed.
  void add_to(vocabulary& words) const { control_.add_to(words); }
  void cannot_join(const std::string& room, const std::string& why);

  void chat(const std::string& line) override;
  void notice(const std::string& line) override;
  void now_in(const room_focus& where) override;
  // A terminal that cannot be written has gone, and its keys say so.
  std::optional<exit_code> gone() const override { return {}; }
  const output_queue& output() const override { return out_; }
  void part() override {
    parting_ = true;
    control_.keep_drafts();
  }
  void close() override;

  void feed(std::string_view bytes) override;
  bool away() const override { return editor_ != nullptr; }
  bool waits() const override { return keys_.waits(); }
  void settle() override;
  void resized() override { draw_soon(); }
  void suspend() override;
  void resume() override;

 private:
  void draw();
  void keep_soon();
  void edit(const std::string& text, std::function<void(const std::string&)> done);

  boost::asio::io_context& context_;
  time_source& time_;
  chat_state& state_;
  output_queue out_;
  call_by call_;
  key_mode mode_;
  key_reader keys_;
  curses_writer writer_;
  window_control control_;
  std::unique_ptr<editor_process> editor_; ///< which has the terminal
  std::unique_ptr<timer> timer_;           ///< until the next picture
  std::unique_ptr<timer> keep_timer_;      ///< until what is typed is kept
  std::unique_ptr<timer> count_timer_;     ///< until the next second of a pause
  bool keeping_ = false;                   ///< it waits for that
  bool drawing_ = false;                   ///< it waits for that
  picture_pace pace_;
  std::string drawn_as_; ///< the name of the theme
  std::string room_;     ///< where the next line goes to
  bool parting_ = false;
  bool closed_ = false;
};

} // namespace asio_chat::app
