#include "key_reader.hpp"

#include <utf8.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace asio_chat::app {

namespace {

constexpr char escape = '\x1b';
constexpr std::string_view paste_begins = "[200~";
constexpr std::string_view paste_ends = "\x1b[201~";

/// What follows `ESC [` or `ESC O`.
std::optional<key::kind> cursor_key(std::string_view sequence) {
  using kind = key::kind;
  struct known {
    std::string_view sequence;
    kind what;
  };
  // The digit after the semicolon says which of Shift (1), Alt (2) and Ctrl (4) were pressed,
  // plus 1.
  static constexpr std::array<known, 28> all{{
      {"A", kind::up},           {"B", kind::down},          {"C", kind::right},
      {"D", kind::left},         {"H", kind::home},          {"F", kind::end},
      {"1~", kind::home},        {"3~", kind::erase},        {"4~", kind::end},
      {"7~", kind::home},        {"8~", kind::end},          {"1;5C", kind::word_right},
      {"1;5D", kind::word_left}, {"1;3C", kind::word_right}, {"1;3D", kind::word_left},
      {"5C", kind::word_right},  {"5D", kind::word_left},    {"c", kind::word_right},
      {"d", kind::word_left},    {"1;2C", kind::right},      {"1;2D", kind::left},
      {"1;5H", kind::home},      {"5~", kind::page_up},      {"6~", kind::page_down},
      {"1;3A", kind::alt_up},    {"1;3B", kind::alt_down},   {"1;3H", kind::alt_home},
      {"1;3F", kind::alt_end},
  }};
  const auto* found =
      std::find_if(all.begin(), all.end(), [&](const known& k) { return k.sequence == sequence; });
  if (found == all.end()) return std::nullopt;
  return found->what;
}

/// F1 to F12 from 1; 0: another key.
char32_t function_key(std::string_view sequence) {
  constexpr std::array<std::string_view, 12> old{"OP",   "OQ",   "OR",   "OS",   "[15~", "[17~",
                                                 "[18~", "[19~", "[20~", "[21~", "[23~", "[24~"};
  constexpr std::array<std::string_view, 4> other{"[11~", "[12~", "[13~", "[14~"};
  for (std::size_t n = 0; n < old.size(); ++n)
    if (sequence == old[n] || (n < other.size() && sequence == other[n]))
      return static_cast<char32_t>(n + 1);
  return 0;
}

} // namespace

/// A paste whose end never comes, because the line was cut, must not swallow all keys.
void key_reader::put(std::string_view bytes) {
  constexpr std::string_view ctrl_c = "\x03";
  if (pasting_ && bytes == ctrl_c) bytes_ += paste_ends;
  bytes_ += bytes;
}

bool key_reader::next(key& k) {
  while (!bytes_.empty()) {
    step s = step::incomplete;
    if (pasting_) {
      s = take_paste(k);
    } else if (bytes_.front() == escape) {
      s = take_escape(k);
    } else {
      s = take_character(k);
    }
    if (s != step::dropped) return s == step::key;
  }
  return false;
}

key_reader::step key_reader::take_escape(key& k) {
  if (std::exchange(settled_, false)) {
    bytes_.erase(0, bytes_.size() == 1 ? 1 : 2);
    k = {key::kind::escape};
    return step::key;
  }
  if (bytes_.size() < 2) return step::incomplete;
  const char kind = bytes_[1];
  if (kind == '[' || kind == 'O') return take_sequence(k);
  // Alt with Enter and Backspace; with another control character, such as Ctrl-C, it is two keys.
  constexpr std::string_view controls = "\r\n\b\x7f";
  const bool ascii = static_cast<unsigned char>(kind) < 0x80;
  const bool meta = (ascii && kind >= ' ') || controls.find(kind) != std::string_view::npos;
  drop(meta ? 2 : 1);
  k = {meta ? key::kind::meta : key::kind::escape, meta ? static_cast<char32_t>(kind) : U'\0'};
  return step::key;
}

key_reader::step key_reader::take_sequence(key& k) {
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
  const std::string_view sequence = std::string_view(bytes_).substr(1, length - 1);
  pasting_ = sequence == paste_begins;
  const auto known = cursor_key(sequence.substr(1));
  const auto function = function_key(sequence);
  drop(length);
  if (function > 0) k = {key::kind::function, function};
  if (known) k = {*known};
  return known || function > 0 ? step::key : step::dropped;
}

void key_reader::settle() {
  // What follows an Escape was typed later, or belongs to a sequence that was cut.
  if (waits()) settled_ = true;
}

key_reader::step key_reader::take_paste(key& k) {
  const auto end = bytes_.find(paste_ends);
  // The end may be cut by the end of what has come so far.
  std::size_t n = end;
  if (end == std::string::npos) n = bytes_.size() - std::min(bytes_.size(), paste_ends.size() - 1);
  too_long_ = too_long_ || pasted_.size() + n > max_paste;
  if (too_long_) {
    pasted_.clear();
  } else {
    pasted_.append(bytes_, 0, n);
  }
  drop(n);
  if (end == std::string::npos) return step::incomplete;
  drop(paste_ends.size());
  pasting_ = false;
  const bool dropped = std::exchange(too_long_, false);
  k = {dropped ? key::kind::too_long_paste : key::kind::paste, 0, std::exchange(pasted_, {})};
  return step::key;
}

key_reader::step key_reader::take_character(key& k) {
  auto it = bytes_.begin();
  try {
    const char32_t c = utf8::next(it, bytes_.end());
    bytes_.erase(bytes_.begin(), it);
    const bool c1 = c >= 0x80 && c < 0xA0;
    if (c == 0 || c1) return step::dropped;
    k = {key::kind::character, c};
    if (c < 0x20) k = {key::kind::control, c + 0x40};
    if (c == 0x7F) k = {key::kind::control, U'?'};
    return step::key;
  } catch (const utf8::not_enough_room&) {
    return step::incomplete;
  } catch (const utf8::exception&) {
    drop(1);
    return step::dropped;
  }
}

} // namespace asio_chat::app
