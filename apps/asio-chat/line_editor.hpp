// A line that is being typed, and lines printed above it. It hides libedit.
#pragma once

#include "completion.hpp"
#include "key_reader.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace asio_chat::app {

/// Takes the terminal over until it is destroyed, and then restores it. It never waits: the caller
/// feeds it with the bytes that were read.
class line_editor {
 public:
  struct handlers {
    std::function<void(const std::string&)> line;
    std::function<void()> end; ///< Ctrl-D on an empty line
    std::function<completion(std::string_view before_cursor)> complete;
    std::function<bool(std::string_view line)> may_keep; ///< among the lines typed before
  };

  /// @throws asio_chat::error if the terminal cannot be used
  explicit line_editor(handlers h);
  ~line_editor();
  line_editor(const line_editor&) = delete;
  line_editor& operator=(const line_editor&) = delete;

  void feed(std::string_view bytes);
  /// Prints text above the line, which does not change.
  void print(const std::string& text);
  void set_prompt(const std::string& prompt);
  void resized();
  /// Gives the terminal back for a while, and takes it over again.
  void suspend();
  void resume();

 private:
  struct libedit;

  void hide();
  void redraw();
  void begin_line();
  void take_key();
  int complete_word();

  handlers handlers_;
  key_reader keys_;
  std::deque<wchar_t> key_; ///< the part of the key that libedit has not taken yet
  std::wstring prompt_ = L"> ";
  std::unique_ptr<libedit> edit_;
};

} // namespace asio_chat::app
