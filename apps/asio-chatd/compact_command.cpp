#include "history.hpp"
#include "history_commands.hpp"

#include "journal/sqlite/compact.hpp"
#include "ops/privileges.hpp"

#include <fmt/format.h>

using namespace asio_chat;

int compact(ops::settings& s) {
  const history kept(s);
  const ops::acting_as_owner owner(kept.directory); // there may be links in it
  const sqlite::compact_report done = sqlite::compact(kept.directory, *kept.keys).value();
  constexpr std::uint64_t kib = 1024;
  fmt::print("{}: {} KiB, {} KiB before\n", kept.file.path, (done.after + kib - 1) / kib,
             (done.before + kib - 1) / kib);
  return 0;
}
