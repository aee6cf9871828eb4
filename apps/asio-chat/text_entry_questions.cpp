// What stands before the text that is typed: a search of earlier lines, a paste of many lines, a
// secret that a command lacks.
#include "paste.hpp"
#include "text_entry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace asio_chat::app {

std::string text_entry::prompt(const std::string& usual) const {
  if (secrets_) return secrets_->prompt();
  if (search_) {
    return fmt::format("({}: {}) ", search_->misses ? "nothing has" : "search",
                       narrow(search_->part));
  }
  if (!pasted_) return usual;
  return fmt::format("paste of {} lines: (s)end as one message, {}(e)dit, (n)o? ",
                     count_lines(*pasted_), text_.empty() ? "send (l)ine by line, " : "");
}

/// @return false: the key ends the search, and does what it does
bool text_entry::press_in_search(const key& k) {
  const auto is = [&](char32_t c) { return k.what == key::kind::control && k.character == c; };
  const bool enters = is(U'M') || is(U'J');
  if (k.what == key::kind::character) {
    search_->part += k.character;
    find(search_->age);
  } else if (is(U'R')) {
    find(search_->age + 1);
  } else if (is(U'?') || is(U'H')) {
    if (!search_->part.empty()) search_->part.pop_back();
    find(1);
  } else if (is(U'L')) {
    around_.clear();
  } else if (is(U'G') || k.what == key::kind::escape || (enters && !search_->hit())) {
    // What was not searched for is not sent.
    text_.assign(std::exchange(search_, std::nullopt)->typed_before);
  } else {
    if (search_->found) history_.stand_at(search_->age, search_->typed_before);
    search_.reset();
    return false;
  }
  return true;
}

void text_entry::find(std::size_t from) {
  if (search_->part.empty()) {
    text_.assign(search_->typed_before);
    search_->age = 1;
    search_->found = search_->misses = false;
    return;
  }
  auto hit = history_.find(search_->part, from);
  search_->misses = !hit;
  if (!hit) return;
  search_->found = true;
  search_->age = hit->age;
  text_.assign(std::move(hit->line));
}

void text_entry::answer_secret(const key& k) {
  const secret_questions::state now = secrets_->press(k);
  if (now == secret_questions::state::asks) return;
  const std::string whole = secrets_->line();
  secrets_.reset();
  if (now == secret_questions::state::whole) give(whole, handlers_.line);
}

void text_entry::paste(const std::string& raw) {
  std::string text = pasted_text(raw);
  const std::size_t lines = count_lines(text);
  if (lines > max_unasked_lines) {
    pasted_ = std::move(text);
    return;
  }
  // Several lines are a message, whatever they begin with.
  if (lines > 1 && text_.cursor() == 0) text = typed_literally(text);
  text_.insert(std::u32string_view(widen(text)));
}

void text_entry::answer_paste(const key& k) {
  if (k.what == key::kind::paste || k.what == key::kind::too_long_paste)
    return around_.print("[this paste is dropped: the one before waits for an answer]");
  const bool letter = k.what == key::kind::character;
  const bool cancel =
      (k.what == key::kind::control && k.character == U'G') || k.what == key::kind::escape;
  const char32_t c = letter ? k.character : cancel ? U'n' : U' ';
  const bool alone = text_.empty();
  if (c == U's' || c == U'e') {
    const std::string text = text_.cursor() == 0 ? typed_literally(*std::exchange(pasted_, {}))
                                                 : *std::exchange(pasted_, {});
    text_.insert(std::u32string_view(widen(text)));
    if (c == U's') enter();
  } else if (c == U'l' && alone) {
    std::string rest = *std::exchange(pasted_, {});
    for (std::size_t begin = 0; begin <= rest.size();) {
      const std::size_t end = std::min(rest.find('\n', begin), rest.size());
      const std::string line = rest.substr(begin, end - begin);
      text_.assign(widen(typed_literally(line)));
      // No line of a paste is a command, `quit` is none either.
      if (!text_.empty()) handlers_.said ? give(line, handlers_.said) : enter();
      begin = end + 1;
    }
  } else if (c == U'n') {
    pasted_.reset();
  }
}

} // namespace asio_chat::app
