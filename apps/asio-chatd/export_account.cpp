// All that is kept of one account.
#include "export_output.hpp"
#include "facts_reader.hpp"
#include "history.hpp"
#include "history_commands.hpp"

#include "accounts/people.hpp"
#include "base/clock.hpp"
#include "journal/sqlite/reader.hpp"

#include <algorithm>
#include <boost/json/array.hpp>

using namespace asio_chat;

namespace {

namespace json = boost::json;

std::string called(const people& all, const identity& who, const std::string& otherwise) {
  const account* a = all.find(who);
  return a ? a->name : otherwise;
}

/// What is known of it besides rooms: secrets are not part of it.
std::vector<json::object> facts_of(const people& all, const account& a) {
  std::vector<json::object> lines{{{"what", "account"},
                                   {"name", a.name},
                                   {"number", key_of(a.id)},
                                   {"role", name_of(a.role)},
                                   {"made", iso_time(a.made)},
                                   {"disabled", a.disabled},
                                   {"password", !a.password_hash.empty()},
                                   {"second_factor", all.has_factor(a.id)}}};
  for (const device* d : all.devices_of(a.id))
    lines.push_back({{"what", "device"},
                     {"number", d->number},
                     {"name", d->name},
                     {"made", iso_time(d->made)},
                     {"seen", iso_time(d->seen)}});
  for (const account_certificate* c : all.certificates_of(a.id))
    lines.push_back({{"what", "certificate"},
                     {"number", c->number},
                     {"pin", pin_of(c->key)},
                     {"subject", c->subject},
                     {"made", iso_time(c->made)}});
  if (const account_wishes* w = all.wishes_of(a.id)) {
    lines.push_back({{"what", "requests"}, {"from_strangers", w->strangers}});
    for (const auto& [who, name] : w->blocked)
      lines.push_back({{"what", "blocked"}, {"name", called(all, who, name)}});
  }
  if (const ignored_members* i = all.ignored_by(a.id)) {
    for (const auto& [who, name] : i->accounts)
      lines.push_back({{"what", "ignored"}, {"name", called(all, who, name)}});
    for (const auto& [folded, name] : i->others)
      lines.push_back({{"what", "ignored"}, {"name", name}, {"guest", true}});
  }
  for (const identity& other : all.correspondents_of(a.id)) {
    const position& read = all.find_direct(a.id, other)->of(a.id).read;
    lines.push_back({{"what", "correspondent"},
                     {"name", called(all, other, "")},
                     {"read", {{"epoch", read.epoch}, {"offset", read.offset}}}});
  }
  return lines;
}

std::vector<json::object> facts_of_room(const people& all, const account& a,
                                        const std::string& room) {
  std::vector<json::object> lines;
  const room_facts* about = all.room(room);
  if (!about) return lines;
  if (const role r = about->role_of(a.id); r != role::guest)
    lines.push_back({{"what", "role"}, {"room", room}, {"role", name_of(r)}});
  if (about->invited.contains(a.id)) lines.push_back({{"what", "invited"}, {"room", room}});
  return lines;
}

/// `@bob` of a log that it shares with another one; else the room itself.
std::string shown_room(const people& all, const account& a, const std::string& room) {
  for (const identity& other : all.correspondents_of(a.id))
    if (room == direct_log_name(a.id, other)) return "@" + called(all, other, key_of(other));
  return room;
}

} // namespace

int export_account(ops::settings& s, const ops::history_request& wanted) {
  const history kept(s);
  sqlite::check_history(kept.file, *kept.keys).value();
  facts_reader facts(kept);
  const system_clock time;
  const people all(&facts, time, {});
  const account& a = account_called(all, wanted.account);
  std::vector<identity> authors{a.id};
  for (const device* d : all.devices_of(a.id))
    authors.push_back(d->token); // a guest, before the account was made
  export_output out(wanted.output);
  const auto print = [&out](const std::vector<json::object>& lines) {
    return std::ranges::all_of(lines, [&](const json::object& o) { return out.line(as_line(o)); });
  };
  if (!print(facts_of(all, a))) return 0;
  std::string why;
  const sqlite::search_index nothing_new({});
  sqlite::reader reader(kept.file, *kept.keys, nothing_new,
                        [&](severity, const std::string& sentence) { why = sentence; });
  for (const sqlite::known_room& room : sqlite::rooms_in(kept.file, *kept.keys).value()) {
    if (!print(facts_of_room(all, a, room.name))) return 0;
    if (room.row.key == 0) continue; // nothing was said in it
    position last;
    for (bool more = true; more;) {
      const auto page =
          reader.read(room.name, {{log_range::side::after, last, entries_of_page}, bytes_of_page});
      if (!page) throw error(fail(errc::storage_failed, why));
      for (const journal::record& r : page->entries) {
        last = r.what.at;
        if (std::ranges::find(authors, r.author) == authors.end()) continue;
        json::object o{{"what", "said"}, {"room", shown_room(all, a, room.name)}};
        for (const auto& field : object_of(r.what))
          o.insert(field);
        if (!print({o})) return 0;
      }
      more = page->more && !page->entries.empty();
    }
  }
  out.finish();
  return 0;
}
