// All that is kept of one account, as its own /export me has it.
#include "each_entry.hpp"
#include "export_output.hpp"
#include "facts_reader.hpp"
#include "history.hpp"
#include "history_commands.hpp"

#include "accounts/account_export.hpp"
#include "base/clock.hpp"

#include <algorithm>
#include <utility>

using namespace asio_chat;

int export_account(ops::settings& s, const ops::history_request& wanted) {
  const history kept(s);
  sqlite::check_history(kept.file, *kept.keys).value();
  facts_reader facts(kept);
  const system_clock time;
  const people all(&facts, time, {});
  account_export of(all, account_called(all, wanted.account).id);
  export_output out(wanted.output);
  while (!of.done())
    if (!std::ranges::all_of(of.next(), [&](std::string& l) { return out.line(std::move(l)); }))
      return 0;
  const bool all_of_it = each_entry(
      kept, [&of](const std::string& room) { return of.concerns(room); },
      [&](const std::string& room, const journal::record& r) {
        auto line = of.line_of(room, r);
        return !line || out.line(*std::move(line));
      });
  if (all_of_it) out.finish();
  return 0;
}
