// Secrets for programs, which open an account for some things alone.
#include "accounts/app_password.hpp"
#include "domain/commands/becoming.hpp"
#include "domain/commands/commands.hpp"
#include "domain/commands/credentials.hpp"
#include "domain/hub.hpp"
#include "domain/time_words.hpp"
#include "model/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

namespace asio_chat::commands {

namespace {

std::string seen_text(const hub& in, const identity& account, const app_password& p) {
  const member* here = in.find_member(account);
  const bool is_here = here && std::ranges::any_of(here->endpoints(), [&](const endpoint* e) {
                         return e->app() && e->app()->number == p.number;
                       });
  if (is_here) return "here";
  wall_time seen = p.seen;
  for (const device* d : in.people().devices_of(account))
    if (d->app == p.number) seen = std::max(seen, d->seen);
  return seen == wall_time() ? "never used" : "last seen " + day_text(seen);
}

lines apps_of(const asked& q) {
  lines list;
  const auto devices = q.in.people().devices_of(q.by.who());
  for (const app_password* p : q.in.people().app_passwords_of(q.by.who())) {
    list.push_back(fmt::format("{}: {}, {}, since {}, {}", p->number, std::string(p->name),
                               scope_of(p->speaks, p->rooms), day_text(p->made),
                               seen_text(q.in, q.by.who(), *p)));
    for (const device* d : devices)
      if (d->app == p->number)
        list.push_back(fmt::format("   device {}, since {}, last seen {}", d->number,
                                   day_text(d->made), day_text(d->seen)));
  }
  if (list.empty())
    list.emplace_back("you have no app passwords: /apppassword add NAME read or chat makes one, "
                      "for a program");
  return list;
}

/// As their names are written; those that are none are refused.
result<std::vector<std::string>> proper_rooms(const hub& in, std::vector<std::string> typed) {
  for (std::string& room : typed) {
    auto name = check_room_name(room, in.limits());
    if (!name) return name.error();
    room = *std::move(name);
  }
  std::ranges::sort(typed);
  const auto repeated = std::ranges::unique(typed);
  typed.erase(repeated.begin(), repeated.end());
  return typed;
}

/// The owner's other connections hear of each way in that is made.
void tell_others(const hub& in, const identity& account, std::uint64_t but,
                 const std::string& text) {
  const member* m = in.find_member(account);
  if (!m) return;
  const direct_message told{std::string(name_of_server), m->name(), in.time().wall_now(), text};
  for (const endpoint* e : m->endpoints())
    if (e->number() != but && !e->app()) e->tell(told);
}

result<void> add(const asked& q, requests::app_passwords&& what) {
  secret_source* secrets = q.in.parts().secrets;
  if (!secrets) return fail(errc::not_available, "this server draws no app passwords");
  auto rooms = proper_rooms(q.in, std::move(what.rooms));
  if (!rooms) return rooms.error();
  const std::string secret = draw_app_password(*secrets);
  app_password wanted;
  wanted.secret = secrets->hash_of(secret);
  wanted.account = q.by.who();
  wanted.name = what.name;
  wanted.speaks = what.speaks;
  wanted.rooms = *std::move(rooms);
  people& p = q.in.people();
  const auto made = std::make_shared<app_password>();
  p.change(
      [in = q.in.alive(), &p, wanted, made, by = same_login(q)]() -> result<facts> {
        if (auto same = by.check(**in.lock()); !same) return same.error();
        auto next = p.new_app_password(wanted);
        if (!next) return next.error();
        *made = *next;
        return facts{fact_of(*made)};
      },
      [in = q.in.alive(), made, secret, by = q.by.number(),
       answer = later_answer(q, requests::app_passwords::command)](const result<void>& kept) {
        const auto alive = in.lock();
        if (!alive) return;
        if (!kept) return answer(kept.error());
        const asio_chat::account* own = (*alive)->people().find(made->account);
        const std::string text =
            fmt::format("app password {} ({}): {}", made->number, std::string(made->name),
                        scope_of(made->speaks, made->rooms));
        answer(lines{text,
                     fmt::format("give it to the program in the place of your password, "
                                 "with the name {}; it is shown this once:",
                                 own ? own->name : std::string()),
                     secret});
        tell_others(**alive, made->account, by,
                    text + fmt::format(" was made; /apppassword remove {} ends it", made->number));
      });
  return {};
}

result<void> remove(const asked& q, std::uint64_t number) {
  people& p = q.in.people();
  p.change(
      [&p, account = q.by.who(), number]() -> result<facts> {
        const app_password* known = p.app_password_of(account, number);
        if (!known)
          return fail(errc::bad_arguments, fmt::format("there is no app password {}: "
                                                       "/apppassword lists them",
                                                       number));
        auto devices = p.devices_of(account);
        std::erase_if(devices, [&](const device* d) { return d->app != number; });
        facts gone = without_devices(p, account, devices);
        gone.push_back(without(fact_of(*known)));
        return gone;
      },
      [in = q.in.alive(), account = q.by.who(), number,
       answer = later_answer(q, requests::app_passwords::command)](const result<void>& kept) {
        if (!kept) return answer(kept.error());
        answer(lines{fmt::format("app password {} opens nothing any more", number)});
        if (const auto alive = in.lock())
          (*alive)->close_those(
              account, [number](const endpoint& e) { return e.app() && e.app()->number == number; },
              "this app password was removed by its owner");
      });
  return {};
}

} // namespace

const app_password* app_opened_by(const hub& in, const account& of, std::string_view secret) {
  secret_source* secrets = in.parts().secrets;
  const app_password* found =
      secrets ? in.people().find_app_password(secrets->hash_of(secret)) : nullptr;
  return found && found->account == of.id && !of.disabled ? found : nullptr;
}

result<void> log_in_by_app(const asked& q, const app_password& by) {
  const later_answer answer(q, requests::log_in::command);
  const changing who(q);
  auto limit = std::make_shared<const app_limit>(limit_of(by));
  q.in.people().change(
      [in = q.in.alive(), number = q.by.number(), secret = by.secret]() -> result<facts> {
        hub& h = **in.lock();
        const app_password* known = h.people().find_app_password(secret);
        const account* of = known ? h.people().find(known->account) : nullptr;
        const endpoint* still = h.find_endpoint(number);
        if (!of || of->disabled || !still)
          return fail(errc::not_allowed, "wrong name or password"); // it was removed meanwhile
        app_password used = *known;
        used.seen = h.time().wall_now();
        return with_device(h, *still, {fact_of(used)}, of->id, known);
      },
      [who, answer, limit = std::move(limit), account = by.account](const result<void>& kept) {
        if (kept) return become_account(who, account, answer, limit);
        who.end([&](hub&, endpoint*) { answer(kept.error()); });
      });
  return {};
}

result<void> carry_out(const asked& q, requests::app_passwords&& what) {
  if (auto can = check_accounts(q); !can) return can;
  if (auto has = check_has_account(q); !has) return has;
  using action = requests::app_passwords::action;
  if (what.what == action::add) return add(q, std::move(what));
  if (what.what == action::remove) return remove(q, what.number);
  answer_to(q, what.command, apps_of(q));
  return {};
}

} // namespace asio_chat::commands
