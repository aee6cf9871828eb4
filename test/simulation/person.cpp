#include "person.hpp"

#include "model/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace asio_chat::simulation {

backpressure person::deliver(const shared_event& e) {
  wire_.push_back(e);
  if (wire_.size() >= capacity) full_ = true;
  return full_ ? backpressure::blocked : backpressure::ready;
}

void person::connect(hub& chat, const std::vector<std::string>& rooms) {
  login l{who_, name_, true, true};
  l.has_account = has_account_;
  l.direct_rooms = has_account_ && !app_;
  l.app = app_;
  const auto entered = chat.enter(*this, l);
  if (!entered) throw broken_promise{fmt::format("{}: {}", name_, entered.error().message)};
  member_ = *entered;
  for (const std::string& room : rooms) {
    const view& v = views_[room];
    const start_position from = v.mark ? start_position{v.mark} : start_position{{}, first_history};
    if (const auto in = chat.join(*member_, room, "", from); !in)
      throw broken_promise{in.error().message};
  }
  if (l.direct_rooms) {
    for (const auto& [room, v] : views_) {
      if (!room.starts_with('@') || !v.mark) continue;
      // The other account may be gone, and what it said with it.
      if (chat.join(*member_, room, "", {v.mark})) in_.insert(room);
    }
    if (const auto all = chat.join(*member_, "@", ""); !all)
      throw broken_promise{all.error().message};
  }
  for (const message& m : unacknowledged_)
    send(chat, m);
}

void person::disconnect(hub& chat) {
  chat.leave(*member_);
  cut_off();
}

void person::cut_off() noexcept {
  member_ = nullptr;
  told_to_go_ = held_ = full_ = false;
  wire_.clear();
  in_.clear();
}

void person::lose_server() noexcept {
  cut_off();
  read_.clear();
}

std::string person::next_id() {
  return fmt::format("{}{}-{}", name_, app_ ? "-program" : "", ++last_id_);
}

void person::ask(hub& chat, request r) {
  if (!held_) chat.dispatch(*member_, std::move(r));
}

void person::try_key(hub& chat, const std::string& room, std::string key) {
  if (in_.contains(room)) return;
  requests::join what{views_[room].mark, first_history, std::move(key)};
  ask(chat, {room, "key", std::move(what)});
}

void person::try_anything(hub& chat, const std::string& room, std::uint64_t what) {
  if (held_) return;
  using kind = entry_reference::kind;
  constexpr std::array kinds{kind::none, kind::edit, kind::removal, kind::pin, kind::unpin};
  const kind how = kinds[what % kinds.size()];
  unacknowledged_.push_back({next_id(), room, "a program speaks", {how, 1 + what % 20}});
  send(chat, unacknowledged_.back());
}

void person::say(hub& chat, const std::string& room, std::string text) {
  if (held_) return;
  unacknowledged_.push_back({next_id(), room, std::move(text)});
  send(chat, unacknowledged_.back());
}

void person::tell(hub& chat, const std::string& other, std::string text) {
  const std::string room = "@" + other;
  if (held_) return;
  // The server may have brought it meanwhile.
  if (in_.insert(room).second)
    chat.dispatch(*member_, {room, "open", requests::join{views_[room].mark, {}}});
  say(chat, room, std::move(text));
}

void person::has_read(hub& chat, const std::string& room, std::uint64_t before_last) {
  const auto v = views_.find(room);
  if (held_ || !in_.contains(room) || v == views_.end() || !v->second.mark) return;
  const std::uint64_t last = v->second.mark->offset;
  if (last <= before_last) return;
  const std::uint64_t until = last - before_last;
  wants_read_[room] = std::max(wants_read_[room], until);
  chat.dispatch(*member_, {room, "read", requests::mark_read{until}});
}

void person::change(hub& chat, std::uint64_t which, const std::string& text) {
  if (held_ || promises_.empty()) return;
  const promise& p =
      std::next(promises_.begin(), static_cast<std::ptrdiff_t>(which % promises_.size()))->second;
  using kind = entry_reference::kind;
  if (p.refers.how != kind::none && p.refers.how != kind::edit) return;
  const bool is_edit = p.refers.how == entry_reference::kind::edit; // which stands for another one
  const std::uint64_t offset = is_edit ? p.refers.offset : p.at.offset;
  changed_.emplace(p.room, offset);
  if (text.empty()) wishes_[{p.room, offset}].deleted = true;
  const auto how = text.empty() ? entry_reference::kind::removal : entry_reference::kind::edit;
  unacknowledged_.push_back({next_id(), p.room, text, {how, offset}});
  send(chat, unacknowledged_.back());
}

void person::pin(hub& chat, const std::string& room, std::uint64_t which, bool on) {
  const auto& seen = views_[room].seen;
  if (held_ || seen.empty()) return;
  const entry& it = seen[which % seen.size()];
  if (it.refers.how != entry_reference::kind::none) return;
  wishes& w = wishes_[{room, it.at.offset}];
  (on ? w.pinned : w.unpinned) = true;
  const auto how = on ? entry_reference::kind::pin : entry_reference::kind::unpin;
  unacknowledged_.push_back({next_id(), room, "", {how, it.at.offset}});
  send(chat, unacknowledged_.back());
}

void person::ignore(hub& chat, const std::string& other, bool on) {
  if (held_) return;
  ignored_[other].reset();
  ignoring_ = {next_id(), other, on};
  if (on) return chat.dispatch(*member_, {"", ignoring_.ref, requests::ignore{other}});
  chat.dispatch(*member_, {"", ignoring_.ref, requests::unignore{other}});
}

void person::retire() noexcept {
  retired_ = true;
  unacknowledged_.clear();
}

void person::send(hub& chat, const message& m) const {
  requests::referring what{{m.refers.offset, 0}, m.text, m.id};
  if (m.refers.how == entry_reference::kind::edit)
    return chat.dispatch(*member_, {m.room, m.id, requests::edit{std::move(what)}});
  if (m.refers.how == entry_reference::kind::removal)
    return chat.dispatch(*member_, {m.room, m.id, requests::remove{std::move(what)}});
  if (m.refers.how == entry_reference::kind::pin)
    return chat.dispatch(*member_, {m.room, m.id, requests::pin{std::move(what)}});
  if (m.refers.how == entry_reference::kind::unpin)
    return chat.dispatch(*member_, {m.room, m.id, requests::unpin{std::move(what)}});
  chat.dispatch(*member_, {m.room, m.id, requests::say{m.text, m.id}});
}

void person::receive(std::size_t max) {
  for (; max > 0 && !wire_.empty(); --max) {
    const shared_event e = std::move(wire_.front());
    wire_.pop_front();
    learn(e->value);
  }
  if (full_ && wire_.size() <= capacity / 2 && member_) {
    full_ = false;
    hub::ready(*member_);
  }
}

namespace {

/// The room that is told of; empty: none.
std::string room_of(const event& e) {
  return std::visit(
      [](const auto& what) -> std::string {
        if constexpr (requires { what.room; }) return what.room;
        return {};
      },
      e);
}

} // namespace

void person::learn(const event& e) {
  if (closed_.contains(room_of(e)))
    throw broken_promise{fmt::format("{} was told of {}, which is closed", name_, room_of(e))};
  const auto* direct = std::get_if<direct_message>(&e);
  if (app_ && direct && direct->from != name_of_server)
    throw broken_promise{"a program was told what is said to its account alone"};
  if (const auto* state = std::get_if<room_state>(&e)) {
    view& v = views_[state->room];
    in_.insert(state->room);
    if (has_account_ && !state->room.starts_with('@')) note_read(state->room, state->read);
    if (v.last) return;
    if (state->room.starts_with('@')) { // all of it is wanted
      v.last = v.mark = position{state->head.epoch, 0};
      return;
    }
    v.begin = state->head.offset - std::min<std::uint64_t>(state->head.offset, first_history);
    v.last = v.mark = position{state->head.epoch, v.begin};
  } else if (const auto* said = std::get_if<entry>(&e)) {
    see(*said);
  } else if (const auto* a = std::get_if<acknowledged>(&e)) {
    note(*a);
  } else if (const auto* missed = std::get_if<entries_missed>(&e)) {
    note(*missed);
  } else if (const auto* left = std::get_if<member_left>(&e)) {
    if (left->name == name_)
      told_to_go_ = true; // put out of a room: it comes back into all of them
  } else if (const auto* r = std::get_if<reply>(&e)) {
    note(*r);
  } else if (const auto* no = std::get_if<refused>(&e)) {
    // Not stored, and not sent again.
    std::erase_if(unacknowledged_, [&](const message& m) { return m.id == no->ref; });
  }
}

void person::see(const entry& e) {
  view& v = views_[e.room];
  if (const auto first = first_.find(e.room); first != first_.end() && e.at.offset < first->second)
    throw broken_promise{
        fmt::format("{} was told {}@{}, which was gone when it came", name_, e.room, e.at.offset)};
  if (v.last && e.at <= *v.last)
    throw broken_promise{
        fmt::format("{} was told {}@{} after {}", name_, e.room, e.at.offset, v.last->offset)};
  v.last = v.mark = e.at;
  v.seen.push_back(e);
}

void person::note(const acknowledged& a) {
  if (app_) throw broken_promise{"a program has said something that may only read: " + a.id};
  if (retired_) return; // whatever was under way
  const auto m = std::find_if(unacknowledged_.begin(), unacknowledged_.end(),
                              [&](const message& x) { return x.id == a.id; });
  if (m == unacknowledged_.end()) throw broken_promise{name_ + " was acknowledged twice: " + a.id};
  promises_[a.id] = {a.room, m->text, a.at, m->refers};
  unacknowledged_.erase(m);
  // As `client_room::read_positions` does it.
  view& v = views_[a.room];
  if (v.mark && a.at.epoch == v.mark->epoch && a.at.offset == v.mark->offset + 1) v.mark = a.at;
}

void person::note(const entries_missed& m) {
  view& v = views_[m.room];
  // The person's own entries are not delivered.
  if (!v.last || m.after < *v.last || m.next.offset <= m.after.offset + 1)
    throw broken_promise{fmt::format("{} was told of a gap that is none, {}..{}", name_,
                                     m.after.offset, m.next.offset)};
  v.last = v.mark = position{m.next.epoch, m.next.offset - 1};
  v.gaps.push_back(m);
}

void person::note(const reply& r) {
  if (!r.ref.empty() && r.ref == ignoring_.ref) ignored_[ignoring_.who] = ignoring_.on;
  if (r.command != requests::mark_read::command) return;
  for (const std::string& item : r.items) { // `home 41`
    const std::size_t end = item.rfind(' ');
    if (!item.starts_with('@')) note_read(item.substr(0, end), std::stoull(item.substr(end)));
  }
}

void person::note_read(const std::string& room, std::uint64_t until) {
  if (retired_) return; // and nothing is known of it any more
  std::uint64_t& before = read_[room];
  if (until < before)
    throw broken_promise{
        fmt::format("{} has read {} until {}, and then until {}", name_, room, before, until)};
  if (!app_ && until > wants_read_[room])
    throw broken_promise{fmt::format("{} has not read {} until {}", name_, room, until)};
  before = until;
}

} // namespace asio_chat::simulation
