#include "base/sanitize.hpp"
#include "base/utf8.hpp"
#include "domain/commands/becoming.hpp"
#include "domain/commands/commands.hpp"
#include "domain/commands/credentials.hpp"
#include "domain/hub.hpp"
#include "domain/time_words.hpp"
#include "names/member_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

namespace asio_chat::commands {

namespace {

bool is_here(const member& m, const identity& token) {
  return std::ranges::any_of(m.endpoints(), [&](const endpoint* e) { return e->token() == token; });
}

/// How many others are here by what is none of the list.
std::size_t count_without_device(const asked& q) {
  const people& p = q.in.people();
  return static_cast<std::size_t>(
      std::ranges::count_if(q.by.of().endpoints(), [&](const endpoint* e) {
        const account* of = e->token() ? p.of_device(*e->token()) : nullptr;
        return e != &q.by && (!of || of->id != q.by.who());
      }));
}

lines list_of(const asked& q) {
  lines list;
  for (const device* d : q.in.people().devices_of(q.by.who())) {
    const bool own = q.by.token() == d->token;
    list.push_back(
        fmt::format("{}: {}{}since {}, {}{}", d->number, d->name, d->name.empty() ? "" : ", ",
                    day_text(d->made),
                    own                            ? std::string("this one")
                    : is_here(q.by.of(), d->token) ? std::string("here")
                                                   : "last seen " + day_text(d->seen),
                    d->app == 0 ? std::string() : fmt::format(", by app password {}", d->app)));
  }
  if (list.empty()) list.emplace_back("no client is logged in by itself");
  if (const std::size_t others = count_without_device(q); others > 0)
    list.push_back(fmt::format("{} more {} here without a device, until {}: /devices all ends {}",
                               others, others == 1 ? "connection is" : "connections are",
                               others == 1 ? "it ends" : "they end", others == 1 ? "it" : "them"));
  const account* own = q.in.people().find(q.by.who());
  const std::size_t asking = own ? q.in.login_requests().count_of(fold_name(own->name)) : 0;
  if (asking > 0)
    list.push_back(fmt::format("{} more {} to be logged in: /devices confirm CODE lets in the one "
                               "that shows this code; /devices refuse lets in none of them",
                               asking, asking == 1 ? "asks" : "ask"));
  return list;
}

/// No device of the account has it.
failure no_such_device(std::uint64_t number) {
  return fail(errc::bad_arguments, fmt::format("there is no device {}", number));
}

result<void> call(const asked& q, std::uint64_t number, std::string name) {
  constexpr std::size_t max_name = 64;
  name = prefix_of_bytes(sanitize_for_terminal(name), max_name);
  people& p = q.in.people();
  const std::string done = fmt::format("device {} is called {}", number, name);
  p.change(
      [&p, account = q.by.who(), number, name = std::move(name)]() -> result<facts> {
        for (const device* d : p.devices_of(account)) {
          if (d->number != number) continue;
          device named = *d;
          named.name = name;
          return facts{fact_of(named)};
        }
        return no_such_device(number);
      },
      [done, answer = later_answer(q, requests::devices::command)](const result<void>& kept) {
        if (!kept) return answer(kept.error());
        answer(lines{done});
      });
  return {};
}

} // namespace

result<void> carry_out(const asked& q, requests::devices&& what) {
  if (!q.by.of().has_account())
    return fail(errc::bad_arguments, "you are not logged in to an account");
  if (what.what == requests::devices::action::confirm)
    return confirm_new_device(q, what.code, what.name);
  if (what.what == requests::devices::action::refuse) return refuse_new_devices(q);
  people& p = q.in.people();
  const identity account = q.by.who();
  const std::optional<identity> own = q.by.token();
  if (what.which.empty()) {
    answer_to(q, what.command, list_of(q));
    return {};
  }
  std::uint64_t number = 0;
  const std::string& typed = what.which;
  const auto [end, error] = std::from_chars(typed.data(), typed.data() + typed.size(), number);
  const bool all = typed == "all";
  if (!all && (error != std::errc() || end != typed.data() + typed.size()))
    return fail(errc::bad_arguments, "NUMBER is one of /devices, or all");
  if (!what.name.empty()) {
    if (all) return fail(errc::bad_arguments, "a name is for one device: /devices NUMBER NAME");
    return call(q, number, std::move(what.name));
  }
  const auto gone = std::make_shared<std::vector<identity>>();
  p.change(
      [&p, account, own, all, number, gone]() -> result<facts> {
        auto devices = p.devices_of(account);
        std::erase_if(devices, [&](const device* d) {
          return all ? own && d->token == *own : d->number != number;
        });
        if (devices.empty() && !all) return no_such_device(number);
        for (const device* d : devices)
          gone->push_back(d->token);
        return without_devices(p, account, devices);
      },
      [in = q.in.alive(), account, gone, all, own, by = q.by.number(),
       answer = later_answer(q, what.command)](const result<void>& kept) {
        if (!kept) return answer(kept.error());
        answer(lines{all ? "the others are logged out" : "one device is logged out"});
        const auto alive = in.lock();
        if (!alive) return;
        if (!all)
          return (*alive)->close_those(
              account,
              [&](const endpoint& e) { return e.token() && std::ranges::count(*gone, *e.token()); },
              "this device was logged out by /devices");
        (*alive)->close_those(
            account,
            [&](const endpoint& e) { return e.number() != by && !(own && e.token() == own); },
            "all others were logged out by /devices all");
      });
  return {};
}

} // namespace asio_chat::commands
