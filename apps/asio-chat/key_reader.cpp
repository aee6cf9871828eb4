#include "key_reader.hpp"

#include <utf8.h>

#include <algorithm>
#include <array>

namespace asio_chat::app {

namespace {

constexpr char escape = '\x1b';

bool is_cursor_key(std::string_view sequence) {
  constexpr std::array<std::string_view, 12> known{"A",  "B",  "C",  "D",  "H",  "F",
                                                   "1~", "3~", "4~", "7~", "8~", "Z"};
  return std::find(known.begin(), known.end(), sequence) != known.end();
}

std::wstring widen(std::string_view ascii) {
  return {ascii.begin(), ascii.end()};
}

} // namespace

bool key_reader::next(std::wstring& key) {
  while (!bytes_.empty()) {
    const step s = bytes_.front() == escape ? take_escape(key) : take_character(key);
    if (s != step::dropped) return s == step::key;
  }
  return false;
}

key_reader::step key_reader::take_escape(std::wstring& key) {
  if (bytes_.size() < 2) return step::incomplete;
  const char kind = bytes_[1];
  if (kind == escape) {
    drop(1);
    return step::dropped;
  }
  if (kind != '[' && kind != 'O') {
    if (static_cast<unsigned char>(kind) >= 0x80) {
      drop(1);
      return step::dropped;
    }
    key = widen(std::string_view(bytes_).substr(0, 2));
    drop(2);
    return step::key;
  }
  // Parameters and intermediates, then one final byte from @ to ~.
  const auto is_final = [](char c) { return c >= '@' && c <= '~'; };
  const auto last = std::find_if(bytes_.begin() + 2, bytes_.end(), is_final);
  if (last == bytes_.end()) {
    constexpr std::size_t longest = 32;
    if (bytes_.size() < longest) return step::incomplete;
    drop(2);
    return step::dropped;
  }
  const auto length = static_cast<std::size_t>(last - bytes_.begin()) + 1;
  const bool known = is_cursor_key(std::string_view(bytes_).substr(2, length - 2));
  if (known) key = widen(std::string_view(bytes_).substr(0, length));
  drop(length);
  return known ? step::key : step::dropped;
}

key_reader::step key_reader::take_character(std::wstring& key) {
  auto it = bytes_.begin();
  try {
    const char32_t c = utf8::next(it, bytes_.end());
    key.assign(1, static_cast<wchar_t>(c));
    bytes_.erase(bytes_.begin(), it);
    const bool c1 = c >= 0x80 && c < 0xA0;
    return c == 0 || c1 ? step::dropped : step::key;
  } catch (const utf8::not_enough_room&) {
    return step::incomplete;
  } catch (const utf8::exception&) {
    drop(1);
    return step::dropped;
  }
}

} // namespace asio_chat::app
