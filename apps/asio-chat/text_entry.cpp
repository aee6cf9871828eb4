#include "text_entry.hpp"

#include "paste.hpp"

#include "base/ascii.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace asio_chat::app {

std::u32string text_entry::text() const {
  if (asks()) return {};
  std::u32string shown = text_.text();
  const auto begin = shown.find_first_not_of(U" \t\n");
  if (!handlers_.secret_from || begin == shown.npos || shown[begin] != U'/') return shown;
  const std::string line = narrow(shown);
  const std::size_t secret = handlers_.secret_from(line);
  if (secret == line.npos) return shown;
  std::fill(shown.begin() +
                static_cast<std::ptrdiff_t>(widen(std::string_view(line).substr(0, secret)).size()),
            shown.end(), U'*');
  return shown;
}

void text_entry::press(const key& k) {
  if (secrets_) {
    answer_secret(k);
  } else if (pasted_) {
    answer_paste(k);
  } else if (!search_ || !press_in_search(k)) {
    edit(k);
  }
}

void text_entry::assign(std::u32string text) {
  search_.reset();
  pasted_.reset();
  secrets_.reset();
  history_.rewind();
  text_.assign(std::move(text));
}

void text_entry::take_up(edit_buffer text) {
  assign({});
  text_.go_on_with(std::move(text));
}

void text_entry::recall(const std::vector<std::string>& lines) {
  for (const std::string& line : lines)
    history_.keep(widen(line));
}

std::u32string text_entry::draft() const {
  if (search_) return search_->typed_before;
  if (pasted_) {
    std::u32string text = text_.text();
    return text.insert(text_.cursor(),
                       widen(text_.cursor() == 0 ? typed_literally(*pasted_) : *pasted_));
  }
  const std::u32string* aside = history_.put_aside(text_.text());
  return aside ? *aside : text_.text();
}

void text_entry::edit(const key& k) {
  switch (k.what) {
  case key::kind::character:
    return text_.insert(k.character);
  case key::kind::control:
    return press_control(k.character);
  case key::kind::meta:
    return press_meta(k.character);
  case key::kind::up:
    if (!text_.go_up()) go_in_history(true);
    return;
  case key::kind::down:
    if (!text_.go_down()) go_in_history(false);
    return;
  case key::kind::left:
    return text_.go(text_.before());
  case key::kind::right:
    return text_.go(text_.after());
  case key::kind::home:
    return text_.go(text_.line_begin());
  case key::kind::end:
    return text_.go(text_.line_end());
  case key::kind::erase:
    return text_.erase_to(text_.after());
  case key::kind::word_left:
    return text_.go(text_.word_begin());
  case key::kind::word_right:
    return text_.go(text_.word_end());
  case key::kind::page_up:
  case key::kind::page_down:
  case key::kind::alt_up:
  case key::kind::alt_down:
  case key::kind::alt_home:
  case key::kind::alt_end:
    return; // of windows, which a line has not
  case key::kind::escape:
  case key::kind::function:
    return;
  case key::kind::paste:
    return paste(k.text);
  case key::kind::too_long_paste:
    return around_.print(
        fmt::format("[a paste of more than {} bytes is dropped]", key_reader::max_paste));
  }
}

void text_entry::press_control(char32_t c) {
  switch (c) {
  case U'A':
    return text_.go(text_.line_begin());
  case U'B':
    return text_.go(text_.before());
  case U'D':
    if (!text_.empty()) return text_.erase_to(text_.after());
    if (handlers_.end) handlers_.end();
    return;
  case U'E':
    return text_.go(text_.line_end());
  case U'F':
    return text_.go(text_.after());
  case U'H':
  case U'?':
    return text_.erase_to(text_.before());
  case U'I':
    return complete_word();
  case U'J':
  case U'M':
    return enter();
  case U'K':
    return text_.cut_to(text_.line_end());
  case U'L':
    return around_.clear();
  case U'N':
    return go_in_history(false);
  case U'P':
    return go_in_history(true);
  case U'R':
    search_ = search{{}, 1, draft()};
    history_.rewind();
    return;
  case U'T':
    return text_.transpose();
  case U'U':
    return text_.cut_to(text_.line_begin());
  case U'W':
    return text_.cut_to(text_.blank_before());
  case U'Y':
    return text_.yank();
  case U'_':
    return text_.undo();
  default:
    return; // a key without a meaning puts nothing into the text
  }
}

void text_entry::press_meta(char32_t c) {
  switch (c) {
  case U'b':
    return text_.go(text_.word_begin());
  case U'f':
    return text_.go(text_.word_end());
  case U'd':
    return text_.cut_to(text_.word_end());
  case 0x7F:
  case 0x08:
    return text_.cut_to(text_.word_begin());
  case U'\n':
  case U'\r':
    return text_.insert(U'\n');
  case U'u':
  case U'l':
  case U'c':
    return change_case(c);
  default:
    return;
  }
}

/// Capitals, small letters, or a capital at the beginning, as far as ASCII goes.
void text_entry::change_case(char32_t to) {
  const std::size_t from = text_.cursor();
  std::u32string word = text_.text().substr(from, text_.word_end() - from);
  bool first = true;
  for (char32_t& c : word) {
    const bool letter = c < 0x80 && ascii::is_letter(static_cast<char>(c));
    if (!letter) continue;
    const bool capital = to == U'u' || (to == U'c' && first);
    const char plain = static_cast<char>(c);
    c = static_cast<unsigned char>(capital ? ascii::upper(plain) : ascii::lower(plain));
    first = false;
  }
  text_.erase_to(text_.word_end());
  text_.insert(word);
}

void text_entry::go_in_history(bool back) {
  if (auto line = back ? history_.back(text_.text()) : history_.forth())
    text_.assign(std::move(*line));
}

void text_entry::complete_word() {
  if (!handlers_.complete) return;
  if (offer_ && offer_->shown == text_.text() && offer_->cursor == text_.cursor())
    return take_next_choice();
  offer_.reset();
  const std::string before = narrow(text_.text().substr(0, text_.cursor()));
  const completion c = handlers_.complete(before);
  const std::string_view word = std::string_view(before).substr(before.size() - c.replaced);
  if (c.text != word) {
    text_.erase_to(text_.cursor() - widen(word).size());
    text_.insert(std::u32string_view(widen(c.text)));
    return;
  }
  std::string all;
  for (const std::string& choice : c.choices)
    all += choice + "  ";
  if (all.empty()) return;
  around_.print(all);
  offer_ = offer{c.choices, c.suffix,     text_.cursor() - widen(word).size(),
                 0,         text_.text(), text_.cursor()};
}

void text_entry::take_next_choice() {
  const std::string& choice = offer_->choices[offer_->next++ % offer_->choices.size()];
  text_.erase_to(offer_->begin);
  text_.insert(std::u32string_view(widen(choice + offer_->suffix)));
  offer_->shown = text_.text();
  offer_->cursor = text_.cursor();
}

// What becomes of the text.

void text_entry::enter() {
  const std::string typed = narrow(text_.text());
  if (handlers_.missing_secrets)
    if (auto missing = handlers_.missing_secrets(typed); !missing.empty()) {
      secrets_.emplace(typed, std::move(missing));
      return;
    }
  give(typed, handlers_.line);
}

/// @param line the text, or more: what of it is shown and kept has no secret that was asked for
void text_entry::give(const std::string& line,
                      const std::function<void(const std::string&)>& taker) {
  const std::string typed = narrow(text_.text());
  const auto may_keep = [&](const std::string& one) {
    return !one.empty() && (!handlers_.may_keep || handlers_.may_keep(one));
  };
  around_.entering();
  // What was typed before an earlier line was taken in its place is not lost.
  if (const std::u32string aside = history_.aside(); may_keep(narrow(aside))) history_.keep(aside);
  if (may_keep(typed)) {
    history_.keep(text_.text());
    if (handlers_.kept) handlers_.kept(typed);
  }
  history_.rewind();
  text_.assign({});
  if (taker) taker(line);
}

} // namespace asio_chat::app
