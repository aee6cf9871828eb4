// A text that is being typed, and what keys do to it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::app {

/// May have several lines. The cursor is before a character, never between a letter and the marks
/// that combine with it. Words are what white space and punctuation separate.
class edit_buffer {
 public:
  const std::u32string& text() const noexcept { return text_; }
  std::size_t cursor() const noexcept { return cursor_; }
  bool empty() const noexcept { return text_.empty(); }

  /// Replaces everything, and forgets how it came about.
  void assign(std::u32string text);
  /// Takes the text of another one, with its cursor and what can be undone in it.
  void go_on_with(edit_buffer other);
  /// The same as a change that can be undone.
  void replace(std::u32string text);

  void insert(char32_t c);
  void insert(std::u32string_view text);

  /// A motion; each stays where it is at the end of its way.
  std::size_t before() const;
  std::size_t after() const;
  std::size_t word_begin() const;
  std::size_t word_end() const;
  std::size_t line_begin() const;
  std::size_t line_end() const;
  void go(std::size_t where) noexcept { cursor_ = where; }
  /// To the line above or below.
  /// @return false: there is none
  bool go_up();
  bool go_down();

  /// Removes what is between the cursor and that place.
  void erase_to(std::size_t where);
  /// The same, and `yank` inserts it. What is cut without a break is kept together.
  void cut_to(std::size_t where);
  void yank();
  /// Back to the white space before it, as Ctrl-W does.
  std::size_t blank_before() const;
  /// Exchanges the characters around the cursor.
  void transpose();
  void undo();

 private:
  struct state {
    std::u32string text;
    std::size_t cursor;
  };
  enum class action { other, typing, cutting };
  void changing(action a);

  std::u32string text_;
  std::size_t cursor_ = 0;
  std::u32string cut_;
  std::vector<state> undo_;
  action last_ = action::other;
  std::size_t last_cursor_ = 0; ///< after the last change
};

/// How many cells of a terminal a character takes; 0 for one that combines with the one before it.
int cells_of(char32_t c) noexcept;

/// UTF-8 and back; what is not valid becomes U+FFFD.
std::u32string widen(std::string_view text);
std::string narrow(std::u32string_view text);

} // namespace asio_chat::app
