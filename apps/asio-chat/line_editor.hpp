// A line that is being typed, and lines printed above it.
#pragma once

#include "keyboard.hpp"
#include "output_queue.hpp"
#include "terminal.hpp"
#include "text_entry.hpp"
#include "typed_view.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace asio_chat::app {

/// Takes the terminal over until it is destroyed, and then restores it. It never waits: the caller
/// feeds it with the bytes that were read, and what the terminal does not take yet is queued. Lines
/// that are printed are all kept in the queue; the line that is being typed is drawn as it is when
/// the queue is empty.
class line_editor final : public key_taker {
 public:
  /// @throws asio_chat::error if the terminal cannot be used
  line_editor(boost::asio::io_context& context, output_queue& out, text_entry::handlers h);
  ~line_editor();
  line_editor(const line_editor&) = delete;
  line_editor& operator=(const line_editor&) = delete;

  void feed(std::string_view bytes) override;
  bool waits() const override { return keys_.waits(); }
  void settle() override;
  void resized() override;
  void suspend() override;
  void resume() override;
  /// Prints a line above the one that is being typed, which does not change.
  void print(const std::string& line);
  void set_prompt(const std::string& prompt);
  /// Draws the line if nothing that was printed waits any more.
  void go_on();
  /// Nothing is typed any more: the line goes, and the terminal's own way to paste comes back.
  void close();

 private:
  void hide();
  void draw_soon();
  void draw();

  boost::asio::io_context& context_;
  output_queue& out_;
  key_mode mode_;
  key_reader keys_;
  text_entry entry_;
  typed_view view_;
  std::string prompt_ = "> ";
  bool closed_ = false;
  bool drawing_ = false; ///< it will be drawn soon
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

} // namespace asio_chat::app
