#include "each_entry.hpp"

#include "export_output.hpp"

#include "journal/sqlite/reader.hpp"

using namespace asio_chat;

bool each_entry(const history& kept, const std::function<bool(const std::string& room)>& wanted,
                const std::function<bool(const std::string& room, const journal::record& r)>& use) {
  std::string why;
  const sqlite::search_index nothing_new({});
  sqlite::reader reader(kept.file, *kept.keys, nothing_new,
                        [&](severity, const std::string& sentence) { why = sentence; });
  for (const sqlite::known_room& room : sqlite::rooms_in(kept.file, *kept.keys).value()) {
    if (room.row.key == 0) continue;                           // nothing was said in it
    if (!kept.keys->key(room.row.tag, room.row.key)) continue; // all of it was erased
    if (!wanted(room.name)) continue;
    position last;
    for (bool more = true; more;) {
      const auto page =
          reader.read(room.name, {{log_range::side::after, last, entries_of_page}, bytes_of_page});
      if (!page) throw error(fail(errc::storage_failed, why));
      for (const journal::record& r : page->entries) {
        last = r.what.at;
        if (!use(room.name, r)) return false;
      }
      more = page->more && !page->entries.empty();
    }
  }
  return true;
}
