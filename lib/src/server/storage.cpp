#include "server/storage.hpp"

#include "journal/memory_journal.hpp"
#include "server/host_journal.hpp"

#if ASIO_CHAT_SQLITE
#include "journal/sqlite/sqlite_journal.hpp"
#endif

#include <algorithm>
#include <utility>

namespace asio_chat {

namespace {

/// What a setting allows may be more than memory should hold.
memory_journal::bounds memory_bounds(const limits& l) {
  memory_journal::bounds b;
  if (l.room_entries > 0) b.entries_per_room = std::min(b.entries_per_room, l.room_entries);
  if (l.room_bytes > 0) b.bytes_per_room = std::min(b.bytes_per_room, l.room_bytes);
  return b;
}

std::uint64_t new_epoch(const clock& time) {
  return static_cast<std::uint64_t>(time.wall_now().time_since_epoch().count());
}

#if ASIO_CHAT_SQLITE
result<std::vector<sqlite::secret_key>> parse_masters(const std::vector<std::string>& keys) {
  if (keys.empty()) {
    return fail(errc::bad_setting, "a server that keeps the history in files needs a key to seal "
                                   "it; set storage.master_keys");
  }
  std::vector<sqlite::secret_key> masters;
  for (const std::string& key : keys) {
    auto parsed = sqlite::secret_key::parse(key);
    if (!parsed) return parsed.error();
    masters.push_back(*std::move(parsed));
  }
  return masters;
}

result<void> taken(const result<bool>& changed, const logger& log) {
  if (!changed) return changed.error();
  if (*changed)
    log(severity::info, "The master key has changed: all keys are sealed with the new one");
  return {};
}

storage open_on_disk(const scheduler& later, const server_config& config, const clock& time,
                     const logger& log) {
  const limits& l = config.limits;
  sqlite_journal::options o{
      .directory = config.storage.directory,
      .keep = {l.room_entries, l.room_bytes, l.room_age},
      .id_window = l.id_time,
      .begin_anew = config.storage.begin_anew,
      .on_report = [log](severity s, const std::string& sentence) { log(s, sentence); },
      .time = &time};
  o.masters = parse_masters(config.storage.master_keys).value();
  std::unique_ptr<sqlite_journal> made = sqlite_journal::open(std::move(o), later).value();
  const auto take_keys = [logs = made.get(),
                          log](const std::vector<std::string>& keys) -> result<void> {
    auto masters = parse_masters(keys);
    if (!masters) return masters.error();
    return taken(logs->take_masters(*std::move(masters)), log);
  };
  const auto take_later = [logs = made.get(), log](const result<std::vector<std::string>>& keys,
                                                   const storage::keys_taken& done) {
    logs->take_masters(keys ? parse_masters(*keys) : keys.error(),
                       [log, done](const result<bool>& changed) { done(taken(changed, log)); });
  };
  take_keys(config.storage.master_keys).value();
  name_store* names = made.get();
  people_store* people = made.get();
  return {std::move(made), names, people, take_keys, take_later};
}
#else
storage open_on_disk(const scheduler&, const server_config&, const clock&, const logger&) {
  throw error(fail(errc::bad_setting, "this server was built without the journal in files; leave "
                                      "storage.directory empty, or build with ASIO_CHAT_SQLITE"));
}
#endif

} // namespace

storage open_storage(const scheduler& later, const server_config& config,
                     std::shared_ptr<journal> of_host, const clock& time, const logger& log,
                     work_watch* watch) {
  if (of_host)
    return {std::make_unique<host_journal>(std::move(of_host)), nullptr, nullptr, {}, {}};
  if (!config.storage.directory.empty()) return open_on_disk(later, config, time, log);
  return {
      std::make_unique<memory_journal>(later, new_epoch(time), memory_bounds(config.limits), watch),
      nullptr,
      nullptr,
      {},
      {}};
}

} // namespace asio_chat
