// What a person is asked, and the hits of a search, which stand in the place of what is typed or
// shown.
#include "fullscreen/window_control.hpp"

#include "edit_buffer.hpp"
#include "paste.hpp"

#include "base/sanitize.hpp"

#include <algorithm>
#include <utility>

namespace asio_chat::app {

namespace {

/// Keys that show something else: they leave a question and do what they do.
bool goes_elsewhere(const key& k) {
  switch (k.what) {
  case key::kind::meta:
  case key::kind::page_up:
  case key::kind::page_down:
  case key::kind::alt_up:
  case key::kind::alt_down:
  case key::kind::alt_home:
  case key::kind::alt_end:
    return true;
  case key::kind::control:
    return k.character == U'F' || k.character == U'R';
  default:
    return false;
  }
}

std::string one_line(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  std::ranges::replace(text, '\t', ' ');
  return text;
}

} // namespace

void window_control::answer(const key& k) {
  const bool of_window = asked_->what == question::kind::window;
  const bool on = k.what == key::kind::down || is_control(k, U'I') || is_control(k, U'N');
  const bool back = k.what == key::kind::up || is_control(k, U'P');
  std::u32string text = widen(asked_->text);
  if (k.what == key::kind::character) {
    text += k.character;
  } else if (k.what == key::kind::paste) {
    text += widen(one_line(pasted_text(k.text)));
  } else if (is_control(k, U'?') || is_control(k, U'H')) {
    if (!text.empty()) text.pop_back();
  } else if (is_control(k, U'U')) {
    text.clear();
  } else if (is_control(k, U'W')) {
    edit_buffer line;
    line.assign(std::move(text));
    line.erase_to(line.blank_before());
    text = line.text();
  } else if (is_control(k, U'M') || is_control(k, U'J')) {
    return answered(*std::exchange(asked_, std::nullopt));
  } else if (k.what == key::kind::escape || is_control(k, U'G') || is_control(k, U'D')) {
    return asked_.reset();
  } else if (is_control(k, U'L')) {
    return around_.redraw();
  } else if (goes_elsewhere(k)) {
    asked_.reset();
    return press_meant(k);
  } else if (of_window && (on || back)) {
    const std::size_t count = state_.all.named_like(asked_->text).size();
    if (count > 0) asked_->choice = (asked_->choice + (on ? 1 : count - 1)) % count;
    return;
  } else {
    return; // what it asks is not given up by a key that means nothing here
  }
  asked_->text = narrow(text);
  asked_->choice = 0;
}

void window_control::answered(const question& q) {
  if (q.what == question::kind::window) {
    const auto found = state_.all.named_like(q.text);
    if (!found.empty()) state_.all.show(found[std::min(q.choice, found.size() - 1)]);
  } else if (!is_blank(q.text)) {
    around_.enter({intent::command, "/search " + q.text, state_.all.current().name});
  }
}

void window_control::choose(const key& k) {
  const bool gives_up = k.what == key::kind::escape || is_control(k, U'G') ||
                        (is_control(k, U'D') && entry_.text().empty());
  if (k.what == key::kind::up || k.what == key::kind::page_up) {
    hits_->move(k.what == key::kind::up ? -1 : -10);
  } else if (k.what == key::kind::down || k.what == key::kind::page_down) {
    hits_->move(k.what == key::kind::down ? 1 : 10);
  } else if (is_control(k, U'L')) {
    around_.redraw();
  } else if (is_control(k, U'M') || is_control(k, U'J')) {
    jump(hits_->room(), hits_->chosen());
    hits_.reset();
  } else {
    // No key is lost: without its first character a command would be said.
    hits_.reset();
    if (!gives_up) press_meant(k);
  }
}

} // namespace asio_chat::app
