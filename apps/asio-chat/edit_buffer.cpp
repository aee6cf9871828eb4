#include "edit_buffer.hpp"

#include "base/sanitize.hpp"

#include <utf8.h>

#include <algorithm>
#include <cwchar>
#include <iterator>
#include <utility>

namespace asio_chat::app {

namespace {

constexpr std::size_t max_undo = 200;

bool is_blank_character(char32_t c) {
  return c == U' ' || c == U'\t' || c == U'\n' || c == U'\u3000';
}

/// ASCII punctuation separates words; letters of every script do not.
bool in_word(char32_t c) {
  if (c >= 0x80) return !is_blank_character(c);
  return c == U'_' || (c >= U'0' && c <= U'9') || (c >= U'A' && c <= U'Z') ||
         (c >= U'a' && c <= U'z');
}

} // namespace

void edit_buffer::assign(std::u32string text) {
  text_ = std::move(text);
  cursor_ = text_.size();
  undo_.clear();
  last_ = action::other;
}

void edit_buffer::go_on_with(edit_buffer other) {
  other.cut_ = std::move(cut_);
  *this = std::move(other);
  last_ = action::other;
}

void edit_buffer::replace(std::u32string text) {
  changing(action::other);
  text_ = std::move(text);
  cursor_ = text_.size();
}

void edit_buffer::changing(action a) {
  // What is typed in one go is undone in one go.
  const bool goes_on = a == action::typing && last_ == a && cursor_ == last_cursor_;
  if (!goes_on) {
    undo_.push_back({text_, cursor_});
    if (undo_.size() > max_undo) undo_.erase(undo_.begin());
  }
  last_ = a;
}

void edit_buffer::insert(char32_t c) {
  changing(is_blank_character(c) ? action::other : action::typing);
  text_.insert(cursor_++, 1, c);
  last_cursor_ = cursor_;
}

void edit_buffer::insert(std::u32string_view text) {
  changing(action::other);
  text_.insert(cursor_, text);
  cursor_ += text.size();
}

std::size_t edit_buffer::before() const {
  std::size_t at = cursor_;
  while (at > 0 && cells_of(text_[--at]) == 0) {
  }
  return at;
}

std::size_t edit_buffer::after() const {
  std::size_t at = std::min(cursor_ + 1, text_.size());
  while (at < text_.size() && cells_of(text_[at]) == 0)
    ++at;
  return at;
}

std::size_t edit_buffer::word_begin() const {
  std::size_t at = cursor_;
  while (at > 0 && !in_word(text_[at - 1]))
    --at;
  while (at > 0 && in_word(text_[at - 1]))
    --at;
  return at;
}

std::size_t edit_buffer::word_end() const {
  std::size_t at = cursor_;
  while (at < text_.size() && !in_word(text_[at]))
    ++at;
  while (at < text_.size() && in_word(text_[at]))
    ++at;
  return at;
}

std::size_t edit_buffer::blank_before() const {
  std::size_t at = cursor_;
  while (at > 0 && is_blank_character(text_[at - 1]))
    --at;
  while (at > 0 && !is_blank_character(text_[at - 1]))
    --at;
  return at;
}

std::size_t edit_buffer::line_begin() const {
  if (cursor_ == 0) return 0;
  const auto end = text_.rfind(U'\n', cursor_ - 1);
  return end == std::u32string::npos ? 0 : end + 1;
}

std::size_t edit_buffer::line_end() const {
  return std::min(text_.find(U'\n', cursor_), text_.size());
}

bool edit_buffer::go_up() {
  const std::size_t begin = line_begin();
  if (begin == 0) return false;
  const std::size_t column = cursor_ - begin;
  cursor_ = begin - 1;
  cursor_ = std::min(line_begin() + column, begin - 1);
  return true;
}

bool edit_buffer::go_down() {
  const std::size_t end = line_end();
  if (end == text_.size()) return false;
  const std::size_t column = cursor_ - line_begin();
  cursor_ = end + 1;
  cursor_ = std::min(cursor_ + column, line_end());
  return true;
}

void edit_buffer::erase_to(std::size_t where) {
  if (where == cursor_) return;
  changing(action::other);
  const auto [from, to] = std::minmax(where, cursor_);
  text_.erase(from, to - from);
  cursor_ = from;
}

void edit_buffer::cut_to(std::size_t where) {
  if (where == cursor_) return;
  const bool goes_on = last_ == action::cutting && cursor_ == last_cursor_;
  const bool forwards = where > cursor_;
  const auto [from, to] = std::minmax(where, cursor_);
  std::u32string part = text_.substr(from, to - from);
  if (goes_on) part = forwards ? cut_ + part : part + cut_;
  erase_to(where);
  cut_ = std::move(part);
  last_ = action::cutting;
  last_cursor_ = cursor_;
}

void edit_buffer::yank() {
  if (!cut_.empty()) insert(std::u32string_view(cut_));
}

void edit_buffer::transpose() {
  if (text_.size() < 2 || cursor_ == 0) return;
  changing(action::other);
  const std::size_t second = cursor_ == text_.size() ? cursor_ - 1 : cursor_;
  std::swap(text_[second - 1], text_[second]);
  cursor_ = second + 1;
}

void edit_buffer::undo() {
  last_ = action::other;
  if (undo_.empty()) return;
  text_ = std::move(undo_.back().text);
  cursor_ = undo_.back().cursor;
  undo_.pop_back();
}

int cells_of(char32_t c) noexcept {
  // A tab's width depends on its place, and a new line has none.
  if (c == U'\t' || c == U'\n' || steers_display(c)) return 1;
  const int width = ::wcwidth(static_cast<wchar_t>(c));
  return width < 0 ? 1 : width;
}

std::u32string widen(std::string_view text) {
  const std::string valid = utf8::is_valid(text.begin(), text.end())
                                ? std::string(text)
                                : utf8::replace_invalid(std::string(text));
  std::u32string wide;
  utf8::utf8to32(valid.begin(), valid.end(), std::back_inserter(wide));
  return wide;
}

std::string narrow(std::u32string_view text) {
  std::string bytes;
  utf8::utf32to8(text.begin(), text.end(), std::back_inserter(bytes));
  return bytes;
}

} // namespace asio_chat::app
