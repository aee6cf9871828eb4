#include "journal/sqlite/store.hpp"

#include "base/file.hpp"
#include "base/file_access.hpp"
#include "journal/sqlite/id_recall.hpp"
#include "journal/sqlite/schema.hpp"
#include "journal/sqlite/seal_anew.hpp"
#include "journal/sqlite/state_check.hpp"
#include "journal/sqlite/store_loader.hpp"
#include "journal/sqlite/trim_log.hpp"
#include "journal/sqlite/wal_check.hpp"
#include "journal/sqlite/witness.hpp"

#include <fmt/format.h>

#include <utility>

namespace asio_chat::sqlite {

result<std::unique_ptr<store>> store::open(store_options o, key_ring& keys) {
  database_file& file = o.file;
  const bool begin_anew = o.begin_anew;
  if (auto there = check_not_lost(file, keys, begin_anew); !there) return there.error();
  if (auto log = check_wal(file); !log) return log.error();
  if (auto ready = prepare_file(file); !ready) return ready.error();
  if (!file.identity) file.identity = identity_of(file.path);
  std::unique_ptr<store> s(new store(o, keys));
  try {
    SQLite::Database db = connect(file);
    if (const auto ours = check_kind(db, file, journal_schema()); !ours) return ours.error();
    if (auto there = check_not_lost(db, file, keys, begin_anew); !there) return there.error();
    const bool was_new = is_new(db);
    if (!was_new && !begin_anew) {
      if (auto head = check_has_head(db, file, keys); !head) return head.error();
    }
    prepare_to_write(db);
    if (auto done = bring_up_to_date(db, file, journal_schema(&keys)); !done) return done.error();
    if (const auto foreign = schema_changes(db); !foreign.empty()) throw damage(foreign.front());
    const auto had_witness = keys.note_head();
    if (!had_witness) return had_witness.error();
    if (begin_anew) {
      for (const std::string& what : take_as_it_is(db, keys))
        s->parts_.reporter.tell(
            fmt::format("The journal '{}' is taken as it is, though {}: --begin-anew was given",
                        file.path, what));
    }
    s->parts_.file.start(std::move(db));
    s->names_ = store_loader(s->parts_, s->upkeep_).load(was_new ? false : *had_witness);
    s->started_ = true;
    // A full disk keeps nobody from reading; what is noted later does for it.
    if (auto noted = keep_witness(keys, s->head());
        !noted && !lack_of_room(directory_of(keys.path())))
      return noted.error();
    return s;
  } catch (const SQLite::Exception& e) {
    return explain(file, e);
  } catch (const damage& e) {
    return explain(file, e);
  } catch (const error& e) {
    return failure{e.code(), e.what()};
  }
}

std::vector<fact> store::people() {
  std::vector<fact> all;
  parts_.file.writer().people.for_each([&all](const fact& f) { all.push_back(f); });
  return all;
}

store::~store() {
  // A disk that takes nothing now leaves the one from before, which is as true.
  if (started_) static_cast<void>(keep_witness(parts_.keys, head()));
}

void store::complete_index() {
  if (std::exchange(index_was_completed_, true)) return;
  const auto lacks = [this](failure why) {
    parts_.file.give_up();
    why.message += "; searches are refused until the server is restarted";
    parts_.reporter.tell(why.message);
    index_lacking_ = std::move(why);
  };
  try {
    store_loader(parts_, upkeep_).complete_index();
  } catch (const SQLite::Exception& e) {
    lacks(explain(parts_.file.name(), e));
  } catch (const error& e) {
    lacks({e.code(), e.what()});
  }
}

void store::recall() {
  complete_index();
  if (parts_.ids_are_known) return;
  try {
    recall_ids(parts_, upkeep_.settled_now());
    parts_.ids_are_known = true;
  } catch (const SQLite::Exception& e) {
    parts_.reporter.fails(explain(parts_.file.name(), e).message);
    parts_.ids.clear();
  }
}

result<void> store::check_index() {
  if (index_lacking_) return *index_lacking_;
  try {
    parts_.file.connection().check_is_alone();
    return {};
  } catch (const SQLite::Exception& e) {
    if (is_outside(e)) return {}; // of that the reader will tell
    const failure why = explain(parts_.file.name(), e);
    parts_.reporter.fails(why.message);
    parts_.file.give_up();
    return why;
  }
}

result<void> store::seal_old_records_anew(const std::string& room) {
  try {
    sqlite::seal_old_records_anew(parts_.file.writer(), parts_.keys, parts_.keys.tag_of(room));
    return {};
  } catch (const SQLite::Exception& e) {
    return explain(parts_.file.name(), e);
  } catch (const error& e) {
    return failure{e.code(), e.what()};
  }
}

result<std::optional<destruction>> store::plan_destruction(operation& o) {
  if (auto* dropped = std::get_if<drop_operation>(&o.what))
    return plan_drop(parts_, upkeep_, *dropped);
  if (auto* trimmed = std::get_if<trim_operation>(&o.what))
    return plan_trim(parts_, upkeep_, *trimmed);
  return sqlite::plan_destruction(parts_, std::get<destroy_operation>(o.what));
}

void store::apply(std::span<operation* const> group) {
  recall();
  parts_.ids.forget(parts_.options.time->now());
  for (const std::int64_t room : commit_group(parts_, group, unwritten_names_).carry_out())
    upkeep_.trim_soon(room);
  for (operation* const each : group) {
    operation& o = *each;
    if (!destroys(o) || o.refused) continue;
    const auto planned = plan_destruction(o);
    result<void> done;
    if (!planned) {
      done = planned.error();
    } else if (*planned) {
      const destruction& d = **planned;
      done = forget_destroyed({&d, 1}, destroy_keys(parts_.keys, {&d, 1}));
      if (auto* dropped = std::get_if<drop_operation>(&o.what))
        dropped->state = journal::drop_state::gone;
    }
    if (!done) o.refused = std::move(done.error());
  }
  parts_.rooms.keep_bound();
}

} // namespace asio_chat::sqlite
