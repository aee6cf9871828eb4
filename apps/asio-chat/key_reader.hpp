// Combines bytes from a terminal to keys.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace asio_chat::app {

struct key {
  enum class kind {
    character,
    control, ///< Ctrl and `character`, a capital letter or `?` for Backspace; Enter is M or J
    meta,    ///< Alt and `character`
    up,
    down,
    left,
    right,
    home,
    end,
    erase,    ///< Delete
    escape,   ///< alone
    function, ///< F1 to F12: `character` from 1
    word_left,
    word_right,
    page_up,
    page_down,
    alt_up,
    alt_down,
    alt_home,
    alt_end,
    paste,          ///< of `text`
    too_long_paste, ///< which is dropped
  };
  kind what = kind::character;
  char32_t character = 0;
  std::string text = {};
  friend bool operator==(const key&, const key&) = default;
};

/// Gives whole keys: characters of UTF-8, control characters, Escape with a character, and the
/// sequences of the arrow keys and their neighbours. An Escape before a key that is no letter is a
/// key of its own. What a terminal marks as pasted (`ESC [200~` to `ESC [201~`) is one key, so that
/// nothing in it acts as a key. Everything else is dropped.
class key_reader {
 public:
  static constexpr std::size_t max_paste = std::size_t{1} << 20;

  void put(std::string_view bytes);
  /// Returns whether there was a whole key.
  bool next(key& k);
  /// Whether what has come may be the beginning of a key, or an Escape that was pressed alone.
  bool waits() const noexcept { return !pasting_ && !bytes_.empty() && bytes_.front() == '\x1b'; }
  /// Nothing more has come for a while: it was pressed alone.
  void settle();

 private:
  enum class step { key, dropped, incomplete };
  step take_escape(key& k);
  step take_sequence(key& k);
  step take_paste(key& k);
  step take_character(key& k);
  void drop(std::size_t n) { bytes_.erase(0, n); }

  std::string bytes_;
  bool settled_ = false; ///< nothing more belongs to the Escape at the beginning
  bool pasting_ = false;
  bool too_long_ = false; ///< the paste under way
  std::string pasted_;
};

} // namespace asio_chat::app
