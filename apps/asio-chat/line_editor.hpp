// A line that is being typed, and lines printed above it.
#pragma once

#include "completion.hpp"
#include "edit_buffer.hpp"
#include "key_reader.hpp"
#include "line_history.hpp"
#include "output_queue.hpp"
#include "terminal.hpp"
#include "typed_view.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace asio_chat::app {

/// Takes the terminal over until it is destroyed, and then restores it. It never waits: the caller
/// feeds it with the bytes that were read, and what the terminal does not take yet is queued. Lines
/// that are printed are all kept in the queue; the line that is being typed is drawn as it is when
/// the queue is empty.
class line_editor {
 public:
  struct handlers {
    std::function<void(const std::string&)> line; ///< may be several lines, which were pasted
    std::function<void()> end;                    ///< Ctrl-D on an empty line
    std::function<completion(std::string_view before_cursor)> complete;
    std::function<bool(std::string_view line)> may_keep; ///< among the lines typed before
  };

  /// @throws asio_chat::error if the terminal cannot be used
  line_editor(boost::asio::io_context& context, output_queue& out, handlers h);
  ~line_editor();
  line_editor(const line_editor&) = delete;
  line_editor& operator=(const line_editor&) = delete;

  void feed(std::string_view bytes);
  /// Prints a line above the one that is being typed, which does not change.
  void print(const std::string& line);
  void set_prompt(const std::string& prompt);
  void resized();
  /// Draws the line if nothing that was printed waits any more.
  void go_on();
  /// Gives the terminal back for a while, and takes it over again.
  void suspend();
  void resume();
  /// Nothing is typed any more: the line goes, and the terminal's own way to paste comes back.
  void close();

 private:
  struct search {
    std::u32string part;
    std::size_t age = 1; ///< of the line found
    std::u32string typed_before;
  };

  /// Whether the key is one for which a terminal sends a signal to the program.
  bool press_signal(char32_t character);
  void press(const key& k);
  void press_control(char32_t c);
  void press_meta(char32_t c);
  bool press_in_search(const key& k);
  void answer_paste(const key& k);
  void find(std::size_t from);
  void go_in_history(bool back);
  void enter();
  void paste(const std::string& raw);
  void change_case(char32_t to);
  void complete_word();
  void hide();
  void draw_soon();
  void draw();
  std::string prompt_now() const;

  boost::asio::io_context& context_;
  output_queue& out_;
  handlers handlers_;
  key_mode mode_;
  key_reader keys_;
  edit_buffer text_;
  line_history history_;
  typed_view view_;
  std::string prompt_ = "> ";
  std::optional<search> search_;
  std::optional<std::string> pasted_; ///< of many lines: what to do with it is asked
  bool closed_ = false;
  bool drawing_ = false; ///< it will be drawn soon
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

} // namespace asio_chat::app
