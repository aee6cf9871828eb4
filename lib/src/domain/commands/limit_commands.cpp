// What limits there are, who is held back by them, and what operators make of them.
#include "accounts/policy.hpp"
#include "base/sanitize.hpp"
#include "base/utf8.hpp"
#include "domain/commands/commands.hpp"
#include "domain/hub.hpp"
#include "model/run_time_limits.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asio_chat::commands {

namespace {

constexpr std::size_t shown_bytes = 40; ///< of what was typed

std::string shown(std::string_view typed) {
  return std::string(prefix_of_bytes(sanitize(typed), shown_bytes));
}

/// Of all limits that can be set, for an operator.
std::vector<std::string> describe_all(const hub& in) {
  std::vector<std::string> all;
  const limiter& l = in.limiter();
  for (const run_time_limit& row : run_time_limit_table()) {
    std::string line = fmt::format("{} = {}", row.name, row.show(l.now()));
    const auto set = in.people().limits().find(row.name);
    if (set != in.people().limits().end())
      line += fmt::format(" (set by {}, {} by configuration)", set->second.by,
                          row.show(l.configured()));
    all.push_back(std::move(line));
  }
  return all;
}

result<void> show(const asked& q) {
  const rate_keeper* rates = q.in.limiter().rates();
  std::vector<std::string> told =
      rates ? rates->describe(q.by)
            : std::vector<std::string>{"no rates are on: the server listens on loopback alone, or "
                                       "they are switched off"};
  if (hub::rights_on_server(q.by).has(right::read_audit) && !q.by.app()) {
    const auto add = [&](std::vector<std::string> more) {
      told.insert(told.end(), std::make_move_iterator(more.begin()),
                  std::make_move_iterator(more.end()));
    };
    add(q.in.limiter().describe_held());
    told.push_back(q.in.guest_rooms().describe());
    if (q.in.parts().admission) add(q.in.parts().admission());
    add(describe_all(q.in));
  }
  answer_to(q, requests::show_limits::command, std::move(told));
  return {};
}

failure unknown_limit(std::string_view name) {
  std::vector<std::string_view> names;
  for (const run_time_limit& row : run_time_limit_table())
    names.push_back(row.name);
  return fail(errc::bad_arguments,
              fmt::format("{} is no limit that can be changed while the server runs; those are: {}",
                          shown(name), fmt::join(names, ", ")));
}

/// Keeps it, and tells everybody whom it concerns.
/// @param changed what is to be kept: a value, or that there is none
/// @param what `has set rate-messages to 10/4s`
void change(const asked& q, const run_time_limit& row, const fact& changed, std::string what) {
  const std::string before = row.show(q.in.limiter().now());
  q.in.people().change(
      [changed]() -> result<std::vector<fact>> { return std::vector{changed}; },
      [in = q.in.alive(), &row, before, by = q.by.name(), what = std::move(what),
       answer = later_answer(q, requests::show_limits::command)](const result<void>& kept) {
        const auto alive = in.lock();
        if (!alive) return;
        if (!kept) return answer(kept.error());
        hub& h = **alive;
        h.limiter().choose(h.people().limits());
        const std::string now = row.show(h.limiter().now());
        const std::string said = fmt::format("{} has {} ({} before)", by, what, before);
        h.note(said);
        h.alarm(said);
        answer(std::vector{
            fmt::format("{} is {} from now on, also after a restart; it was {}, and {} by "
                        "configuration",
                        row.name, now, before, row.show(h.limiter().configured()))});
      });
}

result<void> set(const asked& q, const run_time_limit& row, const std::string& value) {
  if (value.empty())
    return fail(errc::bad_arguments, fmt::format("VALUE is missing; {} is {} now", row.name,
                                                 row.show(q.in.limiter().now())));
  run_time_limits tried = q.in.limiter().now();
  if (auto good = row.set(tried, value); !good)
    return fail(errc::bad_arguments, fmt::format("\"{}\" {}", shown(value), good.error().message));
  const limit_choice choice{std::string(row.name), row.show(tried), q.by.name(),
                            q.in.time().wall_now()};
  const auto known = q.in.people().limits().find(row.name);
  if (known != q.in.people().limits().end() && known->second.value == choice.value) {
    answer_to(q, requests::show_limits::command,
              std::vector{fmt::format("{} is {} already, set by {}", row.name, choice.value,
                                      known->second.by)});
    return {};
  }
  change(q, row, fact_of(choice), fmt::format("set {} to {}", row.name, choice.value));
  return {};
}

result<void> reset(const asked& q, const run_time_limit& row) {
  if (!q.in.people().limits().contains(row.name)) {
    answer_to(q, requests::show_limits::command,
              std::vector{fmt::format("{} is as it is configured, {}", row.name,
                                      row.show(q.in.limiter().configured()))});
    return {};
  }
  change(q, row, without(fact_of(limit_choice{std::string(row.name), {}})),
         fmt::format("reset {} to {}", row.name, row.show(q.in.limiter().configured())));
  return {};
}

} // namespace

result<void> carry_out(const asked& q, requests::show_limits&& what) {
  if (what.action.empty()) return show(q);
  const bool sets = what.action == "set";
  if (!sets && what.action != "reset")
    return fail(errc::bad_arguments, fmt::format("{} is neither set nor reset; usage: /limits set "
                                                 "NAME VALUE, /limits reset NAME",
                                                 shown(what.action)));
  if (what.name.empty())
    return fail(errc::bad_arguments, fmt::format("NAME is missing; usage: /limits {} NAME{}",
                                                 what.action, sets ? " VALUE" : ""));
  const run_time_limit* row = find_run_time_limit(what.name);
  if (!row) return unknown_limit(what.name);
  if (!sets && !what.value.empty())
    return fail(errc::bad_arguments,
                "/limits reset takes a NAME and no more; usage: /limits reset NAME");
  return sets ? set(q, *row, what.value) : reset(q, *row);
}

} // namespace asio_chat::commands
