#include "domain/commands/becoming.hpp"

#include "domain/commands/credentials.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace asio_chat::commands {

namespace {

/// Whoever logs in anew each time leaves a device each time.
constexpr std::size_t max_devices = 32;
constexpr std::size_t max_devices_of_app = 8;

std::vector<std::string> welcome_to(const hub& in, const endpoint& e) {
  std::vector<std::string> told{fmt::format("you are logged in as {}", e.name())};
  if (e.app()) told.push_back(fmt::format("by an app password: {}", scope_of(*e.app())));
  if (e.token() && e.token_is_chosen())
    told.emplace_back("only until this connection ends: its token was not drawn by this server; "
                      "start the client without it to be logged in for longer");
  else if (e.token())
    told.emplace_back("this client is logged in by itself from now on; see /devices");
  if (in.must_make_factor(e.of())) {
    told.emplace_back("this server wants a second factor of everybody: /totp on PASSWORD");
  } else if (std::string waits = in.waiting_role(e.of()); !waits.empty() && !e.app()) {
    told.push_back(std::move(waits));
  }
  return told;
}

} // namespace

result<void> check_not_changing(const endpoint& e) {
  if (!e.is_changing()) return {};
  return fail(errc::not_available, "you are being logged in at this moment");
}

std::vector<fact> with_device(const hub& in, const endpoint& e, std::vector<fact> f,
                              const identity& account, const app_password* app, std::string name) {
  const people& p = in.people();
  if (!e.token() || e.token_is_chosen()) return f;
  const std::uint64_t by = app ? app->number : 0;
  auto others = p.devices_of(account);
  std::erase_if(others, [&](const device* d) { return d->token == *e.token() || d->app != by; });
  std::ranges::stable_sort(others, {}, &device::seen);
  const member* here = in.find_member(account);
  const auto is_here = [&](const device* d) {
    return here && std::ranges::any_of(here->endpoints(),
                                       [&](const endpoint* o) { return o->token() == d->token; });
  };
  std::vector<const device*> gone;
  for (const device* d : others) {
    if (others.size() - gone.size() < (app ? max_devices_of_app : max_devices)) break;
    if (!is_here(d)) gone.push_back(d);
  }
  std::ranges::move(without_devices(p, account, gone), std::back_inserter(f));
  device made = p.new_device(*e.token(), account);
  made.app = by;
  made.name = name;
  f.push_back(fact_of(made));
  return f;
}

result<void> check_bans_of(const hub& in, const endpoint& e, const account& a) {
  subject s{a.id, {}, e.host(), e.token(), a.role};
  if (e.certificate()) s.certificate = identity_of(e.certificate()->key);
  return in.check_bans(s, {});
}

std::vector<std::string> become_account(hub& in, endpoint& e, const account& a,
                                        std::shared_ptr<const app_limit> app) {
  login l;
  l.who = a.id;
  l.name = a.name;
  l.may_come_back = true;
  l.may = rights::all();
  l.as = a.role;
  l.has_account = true;
  l.token = e.token();
  l.app = std::move(app);
  in.become(e, l);
  return welcome_to(in, e);
}

void become_account(const changing& who, const identity& account, const later_answer& answer,
                    std::shared_ptr<const app_limit> app) {
  who.end([&](hub& in, endpoint* by) {
    const asio_chat::account* a = in.people().find(account);
    if (!by || !a) return;
    if (auto welcome = check_bans_of(in, *by, *a); !welcome) return answer(welcome.error());
    auto told = become_account(in, *by, *a, app);
    answer(std::move(told), {by->name()});
  });
}

} // namespace asio_chat::commands
