// Bytes from a terminal, put together to keys.
#pragma once

#include <string>
#include <string_view>

namespace asio_chat::app {

/// A line editor that is given half an escape sequence waits for the rest, and the chat with it.
/// So keys are handed on whole: a character of UTF-8, a control character, Escape with a character,
/// or one of the sequences that arrow keys and their neighbours send. Everything else is dropped.
class key_reader {
 public:
  void put(std::string_view bytes) { bytes_ += bytes; }
  /// Whether there was a whole key.
  bool next(std::wstring& key);

 private:
  enum class step { key, dropped, incomplete };
  step take_escape(std::wstring& key);
  step take_character(std::wstring& key);
  void drop(std::size_t n) { bytes_.erase(0, n); }

  std::string bytes_;
};

} // namespace asio_chat::app
