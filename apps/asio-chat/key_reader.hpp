// Combines bytes from a terminal to keys.
#pragma once

#include <string>
#include <string_view>

namespace asio_chat::app {

/// A line editor that gets half of an escape sequence waits for the rest, and the chat waits with
/// it. So this passes whole keys on: a character of UTF-8, a control character, Escape with a
/// character, or a sequence of an arrow key or one of its neighbours. Everything else is dropped.
class key_reader {
 public:
  void put(std::string_view bytes) { bytes_ += bytes; }
  /// Returns whether there was a whole key.
  bool next(std::wstring& key);

 private:
  enum class step { key, dropped, incomplete };
  step take_escape(std::wstring& key);
  step take_character(std::wstring& key);
  void drop(std::size_t n) { bytes_.erase(0, n); }

  std::string bytes_;
};

} // namespace asio_chat::app
