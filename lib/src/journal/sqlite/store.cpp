#include "journal/sqlite/store.hpp"

#include "journal/sqlite/columns.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <sqlite3.h>

namespace asio_chat::sqlite {

namespace {

constexpr std::size_t entries_per_record = 256; // an entry's place among them is a byte
constexpr std::size_t bytes_per_record = 64 * 1024;

failure room_refusal() {
  return fail(errc::storage_failed, "the log of this room cannot be used: nobody has seen this; "
                                    "the server's log says why");
}

template <class T>
T value_of(result<T> r) {
  if (!r) throw error(std::move(r.error()));
  return std::move(*r);
}

} // namespace

store::~store() = default;

room_state& store::room(const std::string& name) {
  if (room_state* known = rooms_.find(name)) return *known;
  room_values v;
  v.row.tag = keys_.tag_of(name);
  try {
    if (auto row = stored_row(v.row.tag)) {
      v.topic = value_of(open_topic(keys_, *row));
      v.row = std::move(*row);
      v.stored = true;
      return rooms_.add(name, std::move(v));
    }
  } catch (const SQLite::Exception& e) {
    // One room that cannot be read is no reason to refuse what others say.
    if ((e.getErrorCode() & 0xFF) == SQLITE_CORRUPT) throw error(explain(options_.file, e));
    throw;
  }
  const auto milliseconds = static_cast<std::uint64_t>(now_.time_since_epoch().count());
  v.row.name = seal_name(keys_, name);
  v.row.epoch = newest_epoch_ = std::max(newest_epoch_ + 1, milliseconds);
  return rooms_.add(name, std::move(v));
}

void store::answer_open(open_operation& o, const room_state& r) {
  const room_row& row = r.now.row;
  o.state = {{row.epoch, row.head}, r.now.topic};
}

void store::plan(operation& o) {
  try {
    if (auto* a = std::get_if<append_operation>(&o.what)) {
      append(*a, o.refused);
    } else if (auto* opened = std::get_if<open_operation>(&o.what)) {
      room_state& r = room(opened->room);
      rooms_.use(r);
      answer_open(*opened, r);
    } else if (const auto* closed = std::get_if<close_operation>(&o.what)) {
      if (room_state* r = rooms_.find(closed->room)) rooms_.let_go(*r);
    } else if (const auto* held = std::get_if<hold_operation>(&o.what)) {
      unwritten_names_.insert_or_assign(held->name.who, held->name);
    } else if (const auto* released = std::get_if<release_operation>(&o.what)) {
      unwritten_names_.insert_or_assign(released->who, std::nullopt);
    }
  } catch (const error& e) {
    trouble_.tell(e.what());
    o.refused = room_refusal();
  }
}

bool store::is_repeated(room_state& r, append_operation& a, id_hash& id) {
  id = keys_.id_hash(a.draft.author, a.draft.what.id, r.now.row.tag);
  const id_memory::first_time* first = ids_.find(id);
  if (!first) return false;
  a.draft.what.at = {r.now.row.epoch, first->offset};
  a.draft.what.time = first->time;
  a.duplicate = true;
  return true;
}

/// A key that is new is a commit of its own: one, for all new rooms of the group.
void store::make_keys() {
  if (std::exchange(keys_made_, true)) return;
  std::set<room_tag> rooms;
  const std::string* last = nullptr;
  for (const operation& o : group_) {
    const auto* a = std::get_if<append_operation>(&o.what);
    if (!a || (last && *last == a->draft.what.room)) continue;
    last = &a->draft.what.room;
    rooms.insert(keys_.tag_of(*last));
  }
  // If that cannot be, asking for the key of each says why.
  static_cast<void>(keys_.make_keys(std::move(rooms)));
}

void store::touch(room_state& r) {
  if (r.touched) return;
  if (!r.now.stored) make_keys();
  r.key_number = value_of(keys_.newest(r.now.row.tag));
  r.key = value_of(keys_.key(r.now.row.tag, r.key_number));
  r.before = r.now;
  r.touched = true;
  touched_.push_back(&r);
}

void store::append(append_operation& a, std::optional<failure>& refused) {
  entry& e = a.draft.what;
  if (!last_ || last_->name != e.room) last_ = &room(e.room);
  room_state& r = *last_;
  room_row& row = r.now.row;
  id_hash id{};
  if (!e.id.empty() && is_repeated(r, a, id)) return;
  if (!r.now.stored && house_.rooms == most_rooms) {
    refused = fail(errc::storage_failed, "there are as many rooms as there can be");
    return;
  }
  touch(r);
  const std::size_t bytes = e.text.size() + e.from.size();
  const bool turns = e.time < row.time;
  if (turns || r.waiting.size() == entries_per_record || r.waiting_bytes + bytes > bytes_per_record)
    seal_waiting(r);
  r.turns = r.turns || turns;
  e.at = {row.epoch, ++row.head};
  row.time = e.time;
  if (e.kind == entry_kind::topic) {
    r.now.topic = e.text;
    r.new_topic = true;
  }
  if (!e.id.empty()) {
    ids_.add(id, {row.head, row.time}, options_.time->now());
    ++new_ids_;
    r.ids.push_back(static_cast<char>(r.waiting.size()));
    r.ids.append(view_of(id));
  }
  r.waiting.push_back(&a);
  r.waiting_bytes += bytes;
}

void store::seal_waiting(room_state& r) {
  if (r.waiting.empty()) return;
  room_row& row = r.now.row;
  writer().begin();
  if (row.number == 0) {
    row.number = ++house_.rooms;
    house_.epoch = std::max(house_.epoch, row.epoch);
    writer().rooms.set_house(house_);
  }
  sealing_.clear();
  for (append_operation* a : r.waiting)
    sealing_.push_back(std::move(a->draft));
  stored_record s;
  s.header = {row.tag,
              row.epoch,
              r.key_number,
              sealing_.front().what.at.offset,
              sealing_.back().what.at.offset,
              sealing_.back().what.time};
  s.before = row.chain;
  s.ids = std::exchange(r.ids, {});
  s.sealed = seal(*r.key, s.header, s.before, sealing_);
  s.chain = row.chain = chain_after(*r.key, s);
  row.bytes += s.sealed.size() + s.ids.size();
  row.key = r.key_number;
  for (std::size_t i = 0; i < sealing_.size(); ++i)
    r.waiting[i]->draft = std::move(sealing_[i]);
  r.waiting.clear();
  r.waiting_bytes = 0;
  writer().records.insert(row.number, s);
  if (std::exchange(r.turns, false)) writer().turns.insert(row.number, s.header.first);
}

void store::write_room(room_state& r) {
  seal_waiting(r);
  room_row& row = r.now.row;
  if (std::exchange(r.new_topic, false))
    row.topic = seal_topic(*r.key, r.key_number, row, r.now.topic);
  row.first = first_shown(row, options_.keep);
  if (std::exchange(r.now.stored, true)) {
    writer().rooms.update(row);
  } else {
    writer().rooms.insert(row);
  }
}

void store::write_names() {
  for (const auto& [who, held] : unwritten_names_) {
    writer().begin();
    if (held) {
      writer().names.hold(*held);
    } else {
      writer().names.release(who);
    }
  }
}

void store::apply(std::span<operation> group) {
  now_ = options_.time->wall_now();
  group_ = group;
  keys_made_ = false;
  house_before_ = house_;
  last_ = nullptr;
  new_ids_ = 0;
  ids_.forget(options_.time->now());
  try {
    for (operation& o : group)
      plan(o);
    for (room_state* r : touched_)
      write_room(*r);
    write_names();
    if (!touched_.empty() || !unwritten_names_.empty()) {
      writer().commit();
      trouble_.works();
    }
    succeed(group);
  } catch (const SQLite::Exception& e) {
    take_back(group, e);
  }
  touched_.clear();
  rooms_.keep_bound();
}

void store::succeed(std::span<operation> group) {
  unwritten_names_.clear();
  for (room_state* r : touched_) {
    r->touched = false;
    r->unshown += r->now.row.first - r->before.row.first;
    if (is_urgent(r->now.row, r->unshown, options_.keep)) urgent_.push_back(r->now.row.number);
  }
  const room_state* r = nullptr;
  for (const operation& o : group) {
    const auto* a = std::get_if<append_operation>(&o.what);
    if (!a || a->duplicate || o.refused) continue;
    const entry& e = a->draft.what;
    if (!r || r->name != e.room) r = rooms_.find(e.room);
    index_.add(r->now.row.number, r->key_number, *r->key, e);
  }
}

} // namespace asio_chat::sqlite
