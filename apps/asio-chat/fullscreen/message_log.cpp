#include "fullscreen/message_log.hpp"

#include "base/utf8.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace asio_chat::app {

namespace {

bool in_room_log(const log_line& l) {
  return l.at.offset > 0;
}

bool unsettled(const log_line& l) {
  return l.fate != log_line::state::kept;
}

bool later(const log_line& l, position at) {
  return in_room_log(l) && l.at.epoch == at.epoch && l.at > at;
}

using reference_kind = entry_reference::kind;

std::string quote_of(const log_line& line) {
  constexpr std::size_t most = 60; // bytes
  std::string text(prefix_of_bytes(line.now.edited ? line.now.text : line.text, most));
  std::ranges::replace(text, '\n', ' ');
  if (line.now.deleted) text = "(deleted)";
  return line.from + ": " + text;
}

/// Once more, and the reaction is taken back.
void react(log_line& to, const log_line& by) {
  auto& all = to.now.reactions;
  auto same = std::ranges::find(all, by.text, &log_line::reaction::sign);
  if (same == all.end()) same = all.insert(all.end(), {by.text, {}});
  const auto who = std::ranges::find(same->by, by.from);
  if (who == same->by.end()) {
    same->by.push_back(by.from);
  } else {
    same->by.erase(who);
  }
  if (same->by.empty()) all.erase(same);
}

bool is_about_pins(const entry_reference& to) noexcept {
  return to.how == reference_kind::pin || to.how == reference_kind::unpin;
}

void fold_in(log_line& about, const log_line& line) {
  if (line.refers.how == reference_kind::removal) {
    about.now.deleted = true;
  } else if (line.refers.how == reference_kind::reaction) {
    react(about, line);
  } else if (is_about_pins(line.refers)) {
    about.now.pinned = line.refers.how == reference_kind::pin;
  } else if (line.refers.how == reference_kind::edit && !line.destroyed) {
    about.now.edited = true;
    about.now.text = line.text;
  }
}

} // namespace

void message_log::fold() {
  if (!refers_) return;
  std::map<std::uint64_t, log_line*> said;
  std::vector<std::pair<log_line*, const log_line*>> answers;
  for (log_line& line : lines_) {
    line.now = {};
    if (!in_room_log(line)) continue;
    const entry_reference& to = line.refers;
    if (to.how == reference_kind::none || to.how == reference_kind::reply)
      said[line.at.offset] = &line;
    const auto found = to.how == reference_kind::none ? said.end() : said.find(to.offset);
    log_line* const about = found == said.end() ? nullptr : found->second;
    const bool pins = is_about_pins(to);
    if (about && (pins || to.how == reference_kind::reply)) answers.emplace_back(&line, about);
    if (pins) {
      if (about) fold_in(*about, line); // and is seen itself: what it is about may be far above
    } else if (to.how != reference_kind::none && to.how != reference_kind::reply) {
      line.now.hidden = about != nullptr || line.destroyed;
      if (about) fold_in(*about, line);
    }
  }
  // As it is in the end, whenever it was answered.
  for (const auto& [answer, about] : answers)
    answer->now.quote = quote_of(*about);
}

void message_log::append(log_line line) {
  const bool refers = line.refers.how != reference_kind::none;
  refers_ |= refers;
  insert(std::move(line));
  if (refers) fold();
}

void message_log::insert(log_line line) {
  if (in_room_log(line)) last_ = line.at.epoch == last_.epoch ? std::max(last_, line.at) : line.at;
  auto place = lines_.end();
  if (in_room_log(line)) {
    for (auto l = lines_.end(); l != lines_.begin();) {
      --l;
      if (l->what == log_line::kind::gap) break;
      if (in_room_log(*l) && l->at == line.at) return; // an answer came before it
      if (in_room_log(*l) && !later(*l, line.at)) break;
      if (in_room_log(*l)) place = l;
    }
  }
  lines_.insert(place, std::move(line));
  for (; lines_.size() > max_lines; ++first_)
    lines_.pop_front();
}

std::optional<message_log::number> message_log::settle(number n, position at) {
  const auto line = lines_.begin() + static_cast<std::ptrdiff_t>(n - first_);
  line->at = at;
  if (at.offset == 0) return std::nullopt;
  last_ = at.epoch == last_.epoch ? std::max(last_, at) : at;
  // What the server repeats, to one who sent it before, may be in a page of the log as well.
  const auto twice = std::find_if(lines_.begin(), lines_.end(), [&](const log_line& l) {
    return &l != &*line && in_room_log(l) && l.at == at;
  });
  if (twice != lines_.end()) {
    lines_.erase(line);
    return n;
  }
  // What others said before it may have come after it was shown.
  auto last_before = line;
  for (auto l = line + 1; l != lines_.end() && l->what != log_line::kind::gap; ++l)
    if (in_room_log(*l) && l->at.epoch == at.epoch && l->at < at) last_before = l;
  std::rotate(line, line + 1, last_before + 1);
  return std::nullopt;
}

void message_log::prepend(std::vector<log_line> page) {
  for (auto line = page.rbegin(); line != page.rend(); ++line) {
    refers_ |= line->refers.how != reference_kind::none;
    lines_.push_front(std::move(*line));
    --first_;
  }
  for (auto l = lines_.end(); lines_.size() > max_lines && l != lines_.begin();) {
    --l;
    if (unsettled(*l)) continue;
    if (in_room_log(*l)) miss(l->at);
    l = lines_.erase(l);
  }
  fold();
}

void message_log::miss(position at) {
  ++beyond_;
  last_ = std::max(last_, at);
}

/// One's own lines that are not in the log stand behind all that is.
void message_log::put_before_unsaid(std::vector<log_line> page) {
  std::deque<log_line> unsaid;
  for (; !lines_.empty() && unsettled(lines_.back()); lines_.pop_back())
    unsaid.push_front(std::move(lines_.back()));
  for (log_line& line : page)
    append(std::move(line));
  for (log_line& line : unsaid)
    insert(std::move(line));
}

void message_log::resume(std::vector<log_line> page, bool last) {
  const std::size_t came = page.size();
  put_before_unsaid(std::move(page));
  // What was said since that page was made is missed again.
  const bool complete = last && (came == 0 || newest() >= last_);
  beyond_ = complete ? 0 : std::max(beyond_, came + 1) - came;
}

void message_log::replace(std::vector<log_line> page, bool more) {
  const position last = last_;
  clear();
  put_before_unsaid(std::move(page));
  if (!more) return;
  const position reached = newest();
  const bool known = last.epoch == reached.epoch && last.offset > reached.offset;
  beyond_ = known ? last.offset - reached.offset : 1;
  last_ = last;
}

void message_log::clear() {
  first_ = end(); // no number is used again
  std::erase_if(lines_, [](const log_line& l) { return !unsettled(l); });
  beyond_ = 0;
  ++generation_;
}

position message_log::oldest() const noexcept {
  const auto found = std::ranges::find_if(lines_, in_room_log);
  return found == lines_.end() ? position() : found->at;
}

position message_log::newest() const noexcept {
  const auto found = std::find_if(lines_.rbegin(), lines_.rend(), in_room_log);
  return found == lines_.rend() ? position() : found->at;
}

} // namespace asio_chat::app
