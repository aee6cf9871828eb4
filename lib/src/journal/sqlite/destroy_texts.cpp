#include "journal/sqlite/destroy_texts.hpp"

#include <fmt/format.h>

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

} // namespace

result<void> destroy_texts(store_parts& s, const destroy_operation& what) {
  try {
    const auto room = s.file.row_of(s.keys.tag_of(what.room));
    if (!room) return {};
    const auto runs = runs_of(s, *room, what);
    const auto done = s.keys.destroy_only(room->tag, runs);
    if (!done) throw error(done.error());
    if (!*done) return {}; // nothing was left of them
    writer_connection& w = s.file.writer();
    w.begin();
    for (const doomed_texts::run& r : runs)
      s.index.forget(w.db, room->number, r.first, w.head.sums());
    w.commit();
    return {};
  } catch (const SQLite::Exception& e) {
    s.reporter.fails(explain(s.file.name(), e).message);
    s.file.give_up();
  } catch (const error& e) {
    if (e.code() == errc::not_available) return failure{e.code(), e.what()};
    s.reporter.tell(e.what());
  }
  return fail(errc::storage_failed,
              "the server cannot write to its disk: it is not known to be destroyed; try again "
              "later");
}

} // namespace asio_chat::sqlite
