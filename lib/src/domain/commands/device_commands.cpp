#include "domain/commands/commands.hpp"
#include "domain/hub.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <charconv>
#include <memory>
#include <optional>
#include <utility>

namespace asio_chat::commands {

namespace {

using lines = std::vector<std::string>;
using facts = std::vector<fact>;

std::string day_of(wall_time t) {
  return fmt::format("{:%Y-%m-%d}", std::chrono::floor<std::chrono::seconds>(t));
}

} // namespace

result<void> carry_out(const asked& q, requests::devices&& what) {
  if (!q.by.of().has_account())
    return fail(errc::bad_arguments, "you are not logged in to an account");
  people& p = q.in.people();
  const identity account = q.by.who();
  const std::optional<identity> own = q.by.token();
  if (what.revoke.empty()) {
    lines list;
    for (const device* d : p.devices_of(account))
      list.push_back(fmt::format("{}: since {}{}", d->number, day_of(d->made),
                                 own && d->token == *own ? ", this one" : ""));
    if (list.empty()) list.emplace_back("no client is logged in by itself");
    answer_to(q, what.command, std::move(list));
    return {};
  }
  std::uint64_t number = 0;
  const std::string& typed = what.revoke;
  const auto [end, error] = std::from_chars(typed.data(), typed.data() + typed.size(), number);
  const bool all = typed == "all";
  if (!all && (error != std::errc() || end != typed.data() + typed.size()))
    return fail(errc::bad_arguments, "NUMBER is one of /devices, or all");
  const auto gone = std::make_shared<std::vector<identity>>();
  p.change(
      [&p, account, own, all, number, gone]() -> result<facts> {
        facts f;
        for (const device* d : p.devices_of(account)) {
          if (all ? own && d->token == *own : d->number != number) continue;
          gone->push_back(d->token);
          f.push_back(without(fact_of(*d)));
        }
        if (f.empty() && !all)
          return fail(errc::bad_arguments, fmt::format("there is no device {}", number));
        return f;
      },
      [in = q.in.alive(), account, gone,
       answer = later_answer(q, what.command)](const result<void>& kept) {
        if (!kept) return answer(kept.error());
        answer(lines{
            fmt::format("{} logged out", gone->size() == 1 ? "one device is" : "the others are")});
        for (const identity& token : *gone)
          if (const auto alive = in.lock())
            (*alive)->close_device(account, token, "this device was logged out by /devices");
      });
  return {};
}

} // namespace asio_chat::commands
