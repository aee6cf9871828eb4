#include "journal/sqlite/destroy_texts.hpp"

#include "journal/sqlite/drop_log.hpp"
#include "journal/sqlite/trim_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace asio_chat::sqlite {

namespace {

/// Where the keys of these texts are. Throws `SQLite::Exception` and `error`.
std::vector<doomed_texts::run> runs_of(store_parts& s, const room_row& room,
                                       const destroy_operation& what) {
  std::vector<doomed_texts::run> runs;
  for (const std::uint64_t offset : what.offsets) {
    if (offset < room.first || offset > room.head) continue;
    s.file.writer().records.forwards(room, offset, [&](const stored_record& r) {
      const auto key = s.keys.key(room.tag, r.header.key);
      if (!key && key.error().code == errc::not_available) return false; // the whole of it is gone
      if (!key) throw error(key.error());
      if ((*key)->texts() == nullptr)
        throw error(fail(errc::not_available,
                         "this was said before single texts could be destroyed: asio-chatd erase "
                         "--entry does it, while the server is stopped"));
      runs.push_back({offset, offset, r.header.key});
      return false;
    });
  }
  return runs;
}

failure not_known_to_be_destroyed() {
  return fail(errc::storage_failed,
              "the server cannot write to its disk: it is not known to be destroyed; try again "
              "later");
}

/// Of a room whose keys are gone. Nobody uses it: what is known of it is read again.
void begin_room(store_parts& s, writer_connection& w, const destruction& d) {
  if (room_state* known = s.rooms.find(d.dropped)) s.rooms.forget(*known);
  s.index.forget(d.room);
  const auto row = w.rooms.find(d.doomed.room);
  if (!row) return;
  store_header header = s.file.header();
  header.epoch = s.file.next_epoch(s.options.time->wall_now());
  empty_room(w, *row, header.epoch);
  s.file.set_header(header);
}

} // namespace

result<std::optional<destruction>> plan_destruction(store_parts& s, const destroy_operation& what) {
  if (!s.gone.empty()) {
    s.reporter.tell(s.gone);
    return not_known_to_be_destroyed();
  }
  try {
    const auto room = s.file.row_of(s.keys.tag_of(what.room));
    if (!room) return std::optional<destruction>();
    destruction d{{room->tag, runs_of(s, *room, what)}, room->number};
    if (d.doomed.runs.empty()) return std::optional<destruction>();
    return std::optional(std::move(d));
  } catch (const SQLite::Exception& e) {
    s.reporter.fails(explain(s.file.name(), e).message);
    s.file.give_up();
  } catch (const error& e) {
    if (e.code() == errc::not_available) return failure{e.code(), e.what()};
    s.reporter.tell(e.what());
  }
  return not_known_to_be_destroyed();
}

result<bool> destroy_keys(key_ring& keys, std::span<const destruction> all) {
  std::vector<key_file::doomed_room> texts;
  bool any = false;
  for (const destruction& d : all) {
    if (d.dropped.empty()) {
      texts.push_back(d.doomed);
      continue;
    }
    if (auto gone = keys.destroy(d.doomed.room, d.newest_key); !gone) return gone.error();
    any = true;
  }
  if (texts.empty()) return any;
  const auto done = keys.destroy_only(texts);
  return done ? result<bool>(any || *done) : done;
}

result<void> forget_destroyed(store_parts& s, std::span<const destruction> all,
                              const result<bool>& keys) {
  if (!keys) {
    s.reporter.tell(keys.error().message);
    return not_known_to_be_destroyed();
  }
  const auto is_trim = [](const destruction& d) { return d.taken_out > 0; };
  // Nothing was left of them. Of a log that is trimmed the records may be there still.
  if (!*keys && std::ranges::none_of(all, is_trim)) return {};
  const store_header before = s.file.header();
  try {
    writer_connection& w = s.file.writer();
    w.begin();
    std::vector<room_row> trimmed;
    for (const destruction& d : all) {
      if (is_trim(d)) {
        if (auto row = take_out(w, d)) trimmed.push_back(*std::move(row));
        continue;
      }
      for (const doomed_texts::run& r : d.doomed.runs)
        s.index.forget(w.db, d.room, r.first, w.head.sums());
      if (!d.dropped.empty()) begin_room(s, w, d);
    }
    s.file.commit_trims(trimmed);
    return {};
  } catch (const SQLite::Exception& e) {
    s.reporter.fails(explain(s.file.name(), e).message);
    s.file.give_up();
  } catch (const error& e) {
    s.reporter.tell(e.what());
    s.file.roll_back();
  }
  s.file.restore_header(before);
  return not_known_to_be_destroyed();
}

} // namespace asio_chat::sqlite
