// All that is kept of one account, as its own /export me has it.
#include "each_entry.hpp"
#include "export_output.hpp"
#include "facts_reader.hpp"
#include "history.hpp"
#include "history_commands.hpp"

#include "accounts/account_export.hpp"
#include "base/clock.hpp"
#include "ops/privileges.hpp"

#include <algorithm>
#include <utility>

using namespace asio_chat;

namespace {

/// @returns false if who reads it has gone
bool write_account(const history& kept, const std::string& name, export_output& out) {
  const ops::acting_as_owner reader(kept.directory); // as in export_command.cpp
  sqlite::check_history(kept.file, *kept.keys).value();
  facts_reader facts(kept);
  const system_clock time;
  const people all(&facts, time, {});
  account_export of(all, account_called(all, name).id);
  while (!of.done())
    if (!std::ranges::all_of(of.next(), [&](std::string& l) { return out.line(std::move(l)); }))
      return false;
  return each_entry(
      kept, [&of](const std::string& room) { return of.concerns(room); },
      [&](const std::string& room, const journal::record& r) {
        auto line = of.line_of(room, r);
        return !line || out.line(*std::move(line));
      });
}

} // namespace

int export_account(ops::settings& s, const ops::history_request& wanted) {
  const history kept(s);
  const ops::acting_as_owner maker(maker_of(wanted.output, kept.directory));
  export_output out(wanted.output);
  if (write_account(kept, wanted.account, out)) out.finish();
  return 0;
}
