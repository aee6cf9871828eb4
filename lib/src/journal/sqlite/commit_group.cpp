#include "journal/sqlite/commit_group.hpp"

#include "journal/sqlite/columns.hpp"

#include <fmt/format.h>

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

failure people_refusal() {
  return fail(errc::storage_failed,
              "the server cannot write to its disk: nothing has been changed; "
              "try again later");
}

/// What members are told.
failure refusal(const SQLite::Exception& e) {
  return fail(errc::storage_failed, is_full(e) ? "the server's disk is full: nobody has seen this; "
                                                 "try again later"
                                               : "the server cannot write to its disk: nobody has "
                                                 "seen this; try again later");
}

void answer_open(open_operation& o, const room_state& r) {
  const room_row& row = r.now.row;
  o.state = {{row.epoch, row.head}, r.now.topic};
  if (row.head == 0 || !r.waiting.empty()) return; // the chain is behind
  o.state.head.tag = tag_of(row.chain);
  o.state.head.tag_offset = row.head;
}

} // namespace

commit_group::commit_group(store_parts& s, std::span<operation* const> operations,
                           name_changes& names)
    : store_(s)
    , operations_(operations)
    , names_(names)
    , now_(s.options.time->wall_now())
    , ids_noted_(s.options.time->now())
    , header_before_(s.file.header()) {}

std::vector<std::int64_t> commit_group::carry_out() {
  try {
    for (operation* o : operations_)
      plan(*o);
    for (room_state* r : touched_)
      write_room(*r);
    write_names();
    const bool people_changed = write_people();
    if (!touched_.empty() || !names_.empty() || people_changed) {
      store_.file.writer().commit();
      store_.reporter.works();
    }
    return succeed();
  } catch (const SQLite::Exception& e) {
    take_back(e);
    return {};
  } catch (const damage& e) {
    take_back(SQLite::Exception(e.what(), SQLITE_CORRUPT));
    return {};
  }
}

room_state& commit_group::room(const std::string& name) {
  if (room_state* known = store_.rooms.find(name)) return *known;
  room_values v;
  v.row.tag = store_.keys.tag_of(name);
  if (store_.closed.contains(v.row.tag))
    throw error(fail(errc::storage_failed,
                     fmt::format("#{} is closed since the start: what the journal has of it is not "
                                 "what was written",
                                 name)));
  try {
    if (auto row = store_.file.row_of(v.row.tag)) {
      v.topic = value_of(open_topic(store_.keys, *row));
      v.row = std::move(*row);
      v.stored = true;
      return store_.rooms.add(name, std::move(v));
    }
  } catch (const SQLite::Exception& e) {
    // One room that cannot be read is no reason to refuse what others say.
    if (is_damage(e)) throw error(explain(store_.file.name(), e));
    throw;
  }
  v.row.name = seal_name(store_.keys, name);
  v.row.epoch = store_.file.next_epoch(now_);
  return store_.rooms.add(name, std::move(v));
}

void commit_group::plan(operation& o) {
  try {
    if (auto* a = std::get_if<append_operation>(&o.what)) {
      append(*a, o.refused);
    } else if (auto* opened = std::get_if<open_operation>(&o.what)) {
      room_state& r = room(opened->room);
      store_.rooms.use(r);
      answer_open(*opened, r);
    } else if (const auto* closed = std::get_if<close_operation>(&o.what)) {
      if (room_state* r = store_.rooms.find(closed->room)) store_.rooms.let_go(*r);
    } else if (const auto* held = std::get_if<hold_operation>(&o.what)) {
      names_.insert_or_assign(held->name.who, held->name);
    } else if (const auto* released = std::get_if<release_operation>(&o.what)) {
      names_.insert_or_assign(released->who, std::nullopt);
    } else if (!store_.gone.empty()) {
      throw error(fail(errc::storage_failed, store_.gone)); // what is kept or destroyed
    }
  } catch (const error& e) {
    store_.reporter.tell(e.what());
    o.refused = std::holds_alternative<keep_operation>(o.what) ? people_refusal() : room_refusal();
  }
}

hashed_id commit_group::hash_of(room_state& r, const journal::record& said) {
  const std::string& id = said.what.id;
  const auto counted = as_counted(id);
  if (!counted) return {store_.keys.id_hash(said.author, id, r.now.row.tag)};
  id_block& last = r.last_block;
  const std::uint64_t number = counted->number / hashed_id::per_block;
  if (last.number != number || last.author != said.author || last.name != counted->name) {
    const std::string block = block_name(counted->name, number);
    last = {said.author, std::string(counted->name), number,
            store_.keys.id_hash(said.author, block, r.now.row.tag)};
  }
  return {last.hash, static_cast<std::uint8_t>(counted->number % hashed_id::per_block)};
}

bool commit_group::is_repeated(room_state& r, append_operation& a, hashed_id& id) {
  id = hash_of(r, a.draft);
  auto first = store_.ids.find(id);
  if (!first && id.is_counted() && store_.ids.may_know_by_text(ids_noted_))
    first = store_.ids.find({store_.keys.id_hash(a.draft.author, a.draft.what.id, r.now.row.tag)});
  if (!first) return false;
  a.draft.what.at = {epoch_at(r.now.row, first->offset), first->offset};
  a.draft.what.time = first->time;
  a.duplicate = true;
  return true;
}

/// A key that is new is a commit of its own: one, for all new rooms of the group.
void commit_group::make_keys() {
  if (std::exchange(keys_made_, true)) return;
  std::set<room_tag> rooms;
  const std::string* last = nullptr;
  for (const operation* o : operations_) {
    const auto* a = std::get_if<append_operation>(&o->what);
    if (!a || (last && *last == a->draft.what.room)) continue;
    last = &a->draft.what.room;
    rooms.insert(store_.keys.tag_of(*last));
  }
  // If that cannot be, asking for the key of each says why.
  static_cast<void>(store_.keys.make_keys(std::move(rooms)));
}

void commit_group::touch(room_state& r) {
  if (r.touched) return;
  if (!store_.gone.empty()) throw error(fail(errc::storage_failed, store_.gone));
  if (!r.now.stored) make_keys();
  r.key_number = value_of(store_.keys.newest(r.now.row.tag));
  r.key = value_of(store_.keys.key(r.now.row.tag, r.key_number));
  r.before = r.now;
  r.touched = true;
  touched_.push_back(&r);
}

void commit_group::append(append_operation& a, std::optional<failure>& refused) {
  entry& e = a.draft.what;
  if (!last_ || last_->name != e.room) last_ = &room(e.room);
  room_state& r = *last_;
  room_row& row = r.now.row;
  hashed_id id;
  if (!store_.ids_are_known) {
    refused = fail(errc::storage_failed, "the server cannot read its disk: nobody has seen this; "
                                         "try again later");
    return;
  }
  if (!e.id.empty() && is_repeated(r, a, id)) return;
  if (!r.now.stored && store_.file.header().rooms == max_rooms) {
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
    r.new_topic = {row.head, e.from, e.text};
  }
  if (!e.id.empty()) {
    store_.ids.add(id, {row.head, row.time}, ids_noted_);
    ++new_ids_;
    r.ids.add(static_cast<std::uint8_t>(r.waiting.size()), id);
  }
  r.waiting.push_back(&a);
  r.waiting_bytes += bytes;
}

void commit_group::seal_waiting(room_state& r) {
  if (r.waiting.empty()) return;
  room_row& row = r.now.row;
  writer().begin();
  if (row.number == 0) {
    store_header header = store_.file.header();
    row.number = ++header.rooms;
    header.epoch = std::max(header.epoch, row.epoch);
    store_.file.set_header(header);
  }
  sealing_.clear();
  for (const append_operation* a : r.waiting)
    sealing_.push_back(&a->draft);
  stored_record s;
  s.header = {row.tag,
              row.epoch,
              r.key_number,
              sealing_.front()->what.at.offset,
              sealing_.back()->what.at.offset,
              sealing_.back()->what.time};
  s.before = row.chain;
  s.ids = r.ids.take();
  s.sealed = seal(*r.key, s.header, s.before, sealing_);
  s.chain = row.chain = chain_after(*r.key, s);
  row.bytes += s.sealed.size() + s.ids.size();
  row.key = r.key_number;
  const std::uint64_t tag = tag_of(s.chain);
  for (append_operation* a : r.waiting)
    a->tag = tag;
  position& last = r.waiting.back()->draft.what.at;
  last.tag = tag;
  last.tag_offset = last.offset;
  r.waiting.clear();
  r.waiting_bytes = 0;
  writer().records.insert(row.number, s);
  if (std::exchange(r.turns, false)) writer().turns.insert(row.number, s.header.first);
}

void commit_group::write_room(room_state& r) {
  seal_waiting(r);
  room_row& row = r.now.row;
  if (const auto topic = std::exchange(r.new_topic, {}))
    row.topic = seal_topic(*r.key, r.key_number, row, *topic);
  row.first = first_shown(row, store_.options.keep);
  if (std::exchange(r.now.stored, true)) {
    writer().rooms.update(row);
  } else {
    writer().rooms.insert(row);
  }
}

void commit_group::write_names() {
  for (const auto& [who, held] : names_) {
    writer().begin();
    if (held) {
      writer().names.hold(*held);
    } else {
      writer().names.release(who);
    }
  }
}

/// Whether there were any.
bool commit_group::write_people() {
  bool any = false;
  for (const operation* o : operations_) {
    const auto* kept = std::get_if<keep_operation>(&o->what);
    if (kept == nullptr || o->refused) continue;
    writer().begin();
    for (const fact& f : kept->facts)
      writer().people.keep(f);
    any = true;
  }
  return any;
}

std::vector<std::int64_t> commit_group::succeed() {
  std::vector<std::int64_t> urgent;
  names_.clear();
  for (room_state* r : touched_) {
    r->touched = false;
    r->unshown += r->now.row.first - r->before.row.first;
    if (is_urgent(r->now.row, r->unshown, store_.options.keep)) urgent.push_back(r->now.row.number);
  }
  const room_state* r = nullptr;
  for (const operation* o : operations_) {
    const auto* a = std::get_if<append_operation>(&o->what);
    if (!a || a->duplicate || o->refused) continue;
    const entry& e = a->draft.what;
    if (!r || r->name != e.room) r = store_.rooms.find(e.room);
    store_.index.add(r->now.row.number, r->key_number, *r->key, e);
  }
  return urgent;
}

void commit_group::take_back(const SQLite::Exception& e) {
  store_.reporter.fails(explain(store_.file.name(), e).message);
  store_.file.give_up();
  for (room_state* r : touched_) {
    store_.file.distrust(r->before);
    r->now = r->before;
    r->touched = r->turns = false;
    r->new_topic.reset();
    r->waiting.clear();
    r->waiting_bytes = 0;
    r->ids.clear();
  }
  store_.ids.take_back(new_ids_);
  store_.file.restore_header(header_before_);
  for (operation* const each : operations_) {
    operation& o = *each;
    if (const auto* a = std::get_if<append_operation>(&o.what)) {
      // What was there before is there still.
      const room_state* r = a->duplicate ? store_.rooms.find(a->draft.what.room) : nullptr;
      if (!r || r->now.row.head < a->draft.what.at.offset) o.refused = refusal(e);
    } else if (auto* opened = std::get_if<open_operation>(&o.what)) {
      const room_state* r = store_.rooms.find(opened->room);
      if (r) answer_open(*opened, *r);
      if (!r) o.refused = refusal(e);
    } else if (std::holds_alternative<keep_operation>(o.what)) {
      o.refused = people_refusal();
    }
  }
  try {
    writer(); // at once: the sooner, the less a crash can bring back
  } catch (const std::exception&) {
    // With the next group, then.
  }
}

} // namespace asio_chat::sqlite
