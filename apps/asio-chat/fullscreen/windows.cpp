#include "fullscreen/windows.hpp"

#include "edit_buffer.hpp"
#include "room_focus.hpp"

#include "base/ascii.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace asio_chat::app {

namespace {

bool is_of_name(char c) {
  return ascii::is_letter(c) || ascii::is_digit(c) || c == '_' || c == '-';
}

/// Neither an edit nor a note about something that was said before.
bool is_said_anew(const entry& e) noexcept {
  return e.refers.how == entry_reference::kind::none ||
         e.refers.how == entry_reference::kind::reply;
}

} // namespace

bool mentions(std::string_view text, std::string_view name) {
  if (name.empty() || text.size() < name.size()) return false;
  for (std::size_t i = 0; i + name.size() <= text.size(); ++i) {
    if (!ascii::equal_ignoring_case(text.substr(i, name.size()), name)) continue;
    const bool begins = i == 0 || !is_of_name(text[i - 1]);
    const std::size_t end = i + name.size();
    if (begins && (end == text.size() || !is_of_name(text[end]))) return true;
  }
  return false;
}

std::string window::title() const {
  return what == kind::room ? "#" + name : what == kind::direct ? "@" + name : name;
}

windows::windows(std::string server) {
  open(window::kind::server, server);
  arrive(0);
}

window& windows::open(window::kind what, const std::string& name) {
  if (window* known = find(what, name)) return *known;
  auto made = std::make_unique<window>();
  made->id = ++last_id_;
  made->what = what;
  made->name = name;
  if (const auto draft = drafts_.extract(made->title())) made->draft = widen(draft.mapped());
  // Behind the others: the number of a window is a key that a person has learnt.
  all_.push_back(std::move(made));
  return *all_.back();
}

std::size_t windows::number_of(const window& w) const {
  const auto found = std::ranges::find(all_, &w, [](const auto& one) { return one.get(); });
  return static_cast<std::size_t>(found - all_.begin());
}

window* windows::find(window::kind what, std::string_view name) {
  const auto found = std::ranges::find_if(all_, [&](const auto& w) {
    return w->what == what && ascii::equal_ignoring_case(w->name, name);
  });
  return found == all_.end() ? nullptr : found->get();
}

window* windows::find(std::uint64_t id) {
  const auto found = std::ranges::find(all_, id, [](const auto& w) { return w->id; });
  return found == all_.end() ? nullptr : found->get();
}

window* windows::find_log(std::string_view room) {
  return is_direct_room(room) ? find(window::kind::direct, room.substr(1))
                              : find(window::kind::room, room);
}

// What happens.

log_line windows::line_of(const entry& e) const {
  log_line line{log_line::kind::message, e.time, e.from, e.text, e.at};
  if (e.kind == entry_kind::action) line.what = log_line::kind::action;
  if (e.kind == entry_kind::topic) line.what = log_line::kind::topic;
  // What two accounts say is by their names, whatever they call themselves.
  line.own = is_direct_room(e.room)
                 ? !ascii::equal_ignoring_case(e.from, std::string_view(e.room).substr(1))
                 : e.from == own_name_;
  line.refers = e.refers;
  line.destroyed = e.kind == entry_kind::destroyed;
  line.mentions = !line.own && !line.destroyed && is_said_anew(e) &&
                  (mentions(e.text, own_name_) ||
                   std::ranges::any_of(highlights_, [&](const std::string& word) {
                     return mentions(e.text, word);
                   }));
  return line;
}

/// @param is_new to the person, unless they look at it
/// @return whether the person should be called
bool windows::add(window& to, log_line line, bool is_new) {
  const bool calls = is_new && (line.mentions || to.what == window::kind::direct);
  const bool unseen = &to != &current() || to.scrolled;
  const bool counted =
      line.at.offset > 0 && line.at.epoch == to.counted.epoch && line.at <= to.counted;
  if (is_new && unseen) {
    if (!to.marker && !to.marks) to.marker = to.log.end();
    if (!counted) ++to.unread;
    if (calls) ++to.mentions;
  }
  const bool no_place = to.log.cut() || (to.scrolled && to.log.full());
  if (no_place && line.at.offset > 0) {
    to.log.miss(line.at);
  } else {
    const position oldest = to.log.oldest();
    to.log.append(std::move(line));
    // Lines that made room for new ones are in the room's log.
    if (oldest.offset > 0 && to.log.oldest() != oldest) to.older = true;
  }
  mark_new(to);
  has_read(to);
  return calls && !counted && (unseen || to.what == window::kind::room);
}

bool windows::said(const entry& e) {
  window* room = find_log(e.room);
  if (!room) return false;
  const bool earlier = e.at <= room->read; // of an epoch before, too
  // What is read on another device may be still to come here.
  if (e.kind == entry_kind::topic && e.at > room->counted) room->topic = e.text;
  log_line line = line_of(e);
  const bool counts = !earlier && !line.own && is_said_anew(e) && !is_ignored(ignored_, e.from);
  return add(*room, std::move(line), counts);
}

bool windows::said(const direct_message& m) {
  if (is_ignored(ignored_, m.from)) return false;
  return add(open(window::kind::direct, m.from), {log_line::kind::message, m.time, m.from, m.text},
             true);
}

/// What comes of it by itself has not been read on any device.
void windows::entered_direct(const room_state& s) {
  window& w = open(window::kind::direct, s.room.substr(1));
  w.kept = w.asked = w.in = true;
  if (w.read.epoch == s.head.epoch && s.head.epoch != 0) // the connection comes back
    return read_elsewhere(w, s.read);
  w.read = w.counted = {s.head.epoch, std::min(s.read, s.head.offset)};
  w.older = w.refills = s.head.offset > 0;
}

void windows::entered(const room_state& s) {
  if (is_direct_room(s.room)) return entered_direct(s);
  window* known = find(window::kind::room, s.room);
  window& room = known ? *known : open(window::kind::room, s.room);
  room.topic = s.topic;
  room.in = true;
  const position earlier_read = room.read;
  const bool comes_back = std::exchange(room.out, false);
  if (comes_back) {
    // What was said without us is in the room's log.
    room.log.clear();
    room.scrolled.reset();
    room.marker.reset();
    room.chosen.reset();
  } else if (known && room.read.epoch != 0) {
    return read_elsewhere(room, s.read); // the connection comes back, and brings what was missed
  }
  room.read = room.counted = s.head;
  room.older = room.refills = s.head.offset > 0;
  if (comes_back && earlier_read.epoch == s.head.epoch && earlier_read < s.head)
    room.marks = earlier_read;
  if (const auto before = read_before(s); before && before->offset < s.head.offset) {
    room.read = *before;
    room.unread = s.head.offset - room.read.offset;
    room.marks = room.read;
  }
  if (current().what == window::kind::server) show(number_of(room));
  if (&room == &current() && !room.scrolled) room.unread = 0;
}

void windows::show_room(const std::string& name) {
  if (is_direct_room(name)) return show_direct(name.substr(1));
  show(number_of(open(window::kind::room, name)));
}

void windows::left(std::string_view room) {
  read_.erase(std::string(room));
  if (const window* gone = find_log(room)) close(number_of(*gone));
}

void windows::fold(std::string_view room, wall_time now, const std::string& joined,
                   const std::string& left) {
  window* in = find(window::kind::room, room);
  if (!in) return;
  ++in->presence;
  const bool goes_on = !in->log.empty() &&
                       in->log.at(in->log.end() - 1).what == log_line::kind::presence &&
                       in->log.at(in->log.end() - 1).text.empty();
  if (!goes_on) {
    if (in->log.cut() || (in->scrolled && in->log.full())) return;
    in->log.append({log_line::kind::presence, now});
  }
  log_line& line = in->log.at(in->log.end() - 1);
  constexpr std::size_t enough = 1000; // more than a person reads
  if (!joined.empty() && line.joined.size() < enough) line.joined.push_back(joined);
  if (!left.empty() && line.left.size() < enough) line.left.push_back(left);
}

void windows::presence(const member_joined& m, wall_time now) {
  fold(m.room, now, m.name, {});
}

void windows::presence(const member_left& m, wall_time now) {
  if (window* log = is_direct_room(m.room) ? find_log(m.room) : nullptr) {
    log->kept = log->asked = false; // one has logged out
    return;
  }
  window* in = m.name == own_name_ ? find(window::kind::room, m.room) : nullptr;
  if (!in) return fold(m.room, now, {}, m.name);
  in->out = true;
  in->in = false;
  in->log.append({log_line::kind::notice,
                  now,
                  {},
                  fmt::format("you are not in this room any more; /join {} comes back", m.room)});
}

void windows::presence(const member_renamed& m, wall_time now) {
  if (m.from == own_name_) own_name_ = m.to;
  // A new name does not end it; of those whom the account ignores the server says so itself.
  if (is_ignored(ignored_here_, m.from)) ignore(m.to);
  if (window* direct = find(window::kind::direct, m.from);
      direct && !find(window::kind::direct, m.to)) {
    direct->name = m.to;
  }
  window* in = find(window::kind::room, m.room);
  if (!in || in->log.cut() || (in->scrolled && in->log.full())) return;
  ++in->presence;
  in->log.append(
      {log_line::kind::presence, now, {}, fmt::format("{} is now known as {}", m.from, m.to)});
}

void windows::missed(const entries_missed& m, const std::string& text, wall_time now) {
  if (window* in = find(window::kind::room, m.room); in && !in->log.cut())
    in->log.append({log_line::kind::gap, now, {}, text});
}

// One's own lines.

void windows::echo(window& in, log_line line) {
  line.own = true;
  line.from = own_name_;
  line.fate = log_line::state::sent;
  in.log.append(std::move(line));
}

windows::line_place windows::unanswered(std::string_view ref) {
  for (const auto& w : all_) {
    for (auto n = w->log.end(); n > w->log.first(); --n)
      if (!ref.empty() && w->log.at(n - 1).ref == ref) return {w.get(), n - 1};
  }
  return {};
}

void windows::doubted(std::string_view ref) {
  if (const line_place found = unanswered(ref); found.in)
    found.in->log.at(found.line).fate = log_line::state::waiting;
}

std::optional<wall_time> windows::acknowledged(std::string_view ref, position at, wall_time time) {
  const line_place found = unanswered(ref);
  if (!found.in) return std::nullopt;
  log_line& line = found.in->log.at(found.line);
  const wall_time entered = line.time;
  line.fate = log_line::state::kept;
  line.ref.clear();
  if (time != wall_time()) line.time = time;
  window& in = *found.in;
  if (const auto gone = in.log.settle(found.line, at)) {
    if (in.marker && *in.marker > *gone) --*in.marker;
    if (in.chosen && *in.chosen > *gone) --*in.chosen;
    if (in.scrolled && in.scrolled->line > *gone) --in.scrolled->line;
  }
  has_read(in);
  return entered;
}

const window* windows::refused(std::string_view ref, std::string why) {
  const line_place found = unanswered(ref);
  if (!found.in) return nullptr;
  log_line& line = found.in->log.at(found.line);
  line.fate = log_line::state::refused;
  line.why = std::move(why);
  return found.in;
}

// What the person does.

void windows::show(std::size_t n) {
  if (n >= all_.size() || n == shown_) return;
  window& before = current();
  if (before.unread == 0) {
    before.marker.reset();
    before.marks.reset();
  }
  before.chosen.reset();
  arrive(n);
}

void windows::arrive(std::size_t n) {
  shown_ = n;
  current().shown_last = ++shows_;
  has_read(current());
}

bool windows::show_next_unread() {
  for (const bool mention : {true, false}) {
    for (std::size_t step = 1; step < all_.size(); ++step) {
      const std::size_t n = (shown_ + step) % all_.size();
      if ((mention ? all_[n]->mentions : all_[n]->unread) == 0) continue;
      show(n);
      return true;
    }
  }
  if (current().unread == 0) return false;
  follow(current());
  return true;
}

std::vector<std::size_t> windows::named_like(std::string_view part) const {
  std::vector<std::size_t> beginning;
  std::vector<std::size_t> within;
  const std::string wanted = ascii::lower(std::string(part));
  for (std::size_t n = 1; n < all_.size(); ++n) {
    const auto found = ascii::lower(all_[n]->name).find(wanted);
    if (found == 0) beginning.push_back(n);
    if (found != std::string::npos && found > 0) within.push_back(n);
  }
  beginning.insert(beginning.end(), within.begin(), within.end());
  if (ascii::lower(all_.front()->name).find(wanted) != std::string::npos) beginning.push_back(0);
  return beginning;
}

void windows::show_direct(const std::string& name) {
  show(number_of(open(window::kind::direct, name)));
}

bool windows::close(std::size_t n) {
  if (n == 0 || n >= all_.size()) return false;
  const window& gone = *all_[n];
  if (gone.what == window::kind::room && !gone.draft.empty())
    keep_draft(gone.title(), narrow(gone.draft));
  all_.erase(all_.begin() + static_cast<std::ptrdiff_t>(n));
  if (shown_ == n) {
    const auto last =
        std::ranges::max_element(all_, {}, [](const auto& w) { return w->shown_last; });
    arrive(static_cast<std::size_t>(last - all_.begin()));
  } else if (shown_ > n) {
    --shown_;
  }
  return true;
}

} // namespace asio_chat::app
