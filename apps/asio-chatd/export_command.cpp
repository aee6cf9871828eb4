#include "export_output.hpp"
#include "history.hpp"
#include "history_commands.hpp"

#include "base/sanitize.hpp"
#include "journal/sqlite/reader.hpp"
#include "model/entry_json.hpp"
#include "ops/privileges.hpp"
#include "wire/reply_lines.hpp"

#include <fmt/format.h>

#include <cstdio>

using namespace asio_chat;

namespace {

/// @returns false if who reads it has gone
bool write_room(const history& kept, const ops::history_request& wanted, export_output& out) {
  const ops::acting_as_owner reader_of_it(kept.directory); // SQLite makes files beside the journal
  const sqlite::known_room known = choose_room(kept, wanted.room);
  const std::string& room = known.name;
  // As a start does: what was cut off, or put back, is not all that was said.
  sqlite::check_history(kept.file, *kept.keys, &known).value();
  std::string why;
  const sqlite::search_index nothing_new({});
  sqlite::reader reader(kept.file, *kept.keys, nothing_new,
                        [&](severity, const std::string& sentence) { why = sentence; });
  position last;
  for (bool more = true; more;) {
    const auto page =
        reader.read(room, {{log_range::side::after, last, entries_of_page}, bytes_of_page});
    if (!page) throw error(fail(errc::storage_failed, why));
    if (page->gap && last != position{})
      fmt::print(stderr, "asio-chatd: entries {} to {} were removed meanwhile\n", last.offset + 1,
                 *page->gap - 1);
    for (const journal::record& r : page->entries) {
      const bool as_json = wanted.as == ops::history_request::format::jsonl;
      if (!out.line(as_json ? as_line(object_of(r.what))
                            : sanitize_for_terminal(wire::entry_line(r.what))))
        return false;
      last = r.what.at;
    }
    more = page->more && !page->entries.empty();
  }
  return true;
}

} // namespace

int export_room(ops::settings& s, const ops::history_request& wanted) {
  if (!wanted.account.empty()) return export_account(s, wanted);
  const history kept(s);
  const ops::acting_as_owner maker(maker_of(wanted.output, kept.directory));
  export_output out(wanted.output);
  if (write_room(kept, wanted, out)) out.finish();
  return 0;
}
