// A new device asks, and an older one of the account lets it in.
#include "base/sanitize.hpp"
#include "base/utf8.hpp"
#include "domain/commands/becoming.hpp"
#include "domain/commands/credentials.hpp"
#include "domain/login_requests.hpp"
#include "model/names.hpp"
#include "names/member_name.hpp"

#include <fmt/format.h>

#include <utility>

namespace asio_chat::commands {

namespace {

result<void> check_draws(const asked& q) {
  if (q.in.parts().secrets != nullptr) return {};
  return fail(errc::not_available, "this server draws no codes: /login NAME PASSWORD");
}

/// Who asks, to the owner of the account.
std::string asker_text(const endpoint& e) {
  const std::string host = host_text(e.host());
  return fmt::format("somebody at {}, here as {},", host.empty() ? "an unknown address" : host,
                     e.name());
}

/// In a task of its own, so that whoever asks cannot tell whether there is anybody to be told.
void notify_owner(hub& in, const std::string& name, std::uint64_t asker) {
  const account* a = in.people().find(name);
  const endpoint* by = in.find_endpoint(asker);
  const member* owner = a && !a->disabled ? in.find_member(a->id) : nullptr;
  if (!by || !owner || in.is_stranger(*owner)) return;
  if (!in.login_requests().may_notify(key_of(a->id))) return;
  const direct_message told{
      std::string(name_of_server), owner->name(), in.time().wall_now(),
      fmt::format("{} asks to log in as {}: if you see a code there, /devices confirm CODE lets "
                  "them in; else /devices refuse",
                  asker_text(*by), a->name)};
  for (const endpoint* e : owner->endpoints())
    if (!e->app()) e->tell(told);
}

/// Outside of an answer: what became of it.
void tell_asker(const endpoint& e, std::vector<std::string> told,
                std::vector<std::string> items = {}) {
  e.tell(reply{{}, std::string(requests::log_in::command), std::move(told), std::move(items), {}});
}

void tell_refused(const endpoint& e) {
  tell_asker(e, {"you were not let in by the other device; /login NAME asks again, and /login NAME "
                 "PASSWORD asks nobody"});
}

/// What has to be so when the new device is kept.
struct confirmation {
  same_login old_one;
  std::string name;          ///< of the device
  std::uint64_t new_one = 0; ///< the number of its connection

  result<facts> make(hub& in) const {
    if (auto same = old_one.check(in); !same) return same.error();
    const account* a = in.people().find(old_one.who());
    const endpoint* asker = in.find_endpoint(new_one);
    if (!asker || asker->of().has_account())
      return fail(errc::not_available, "the new device is gone");
    if (auto welcome = check_bans_of(in, *asker, *a); !welcome)
      return fail(errc::not_allowed, "the new device is banned here");
    return with_device(in, *asker, {}, a->id, nullptr, name);
  }
};

std::string done_text(const people& p, const endpoint& e) {
  for (const device* d : p.devices_of(e.who()))
    if (e.token() == d->token)
      return fmt::format("the new device is logged in: number {} in /devices", d->number);
  return "the new device is logged in, and until its connection ends: it keeps no token";
}

} // namespace

result<void> ask_older_devices(const asked& q, const std::string& typed) {
  if (auto can = check_draws(q); !can) return can;
  std::string name = typed.empty() ? q.by.name() : typed;
  if (!q.in.people().find(name)) {
    auto proper = check_member_name(name, q.in.limits());
    if (!proper) return proper.error();
  }
  if (auto same = check_certificate_name(q, name); !same) return same;
  name = fold_name(name);
  const auto code = q.in.login_requests().add(q.by.number(), name, q.by.host(),
                                              [&] { return draw_code(*q.in.parts().secrets); });
  if (!code) return code.error();
  answer_to(q, requests::log_in::command,
            std::vector<std::string>{
                fmt::format("your code is {0}: where you are logged in, type /devices confirm {0}",
                            *code),
                fmt::format("it holds for {} min, here and once; stay until you are let in, or "
                            "give the password: /login NAME PASSWORD",
                            login_requests::lasts.count())});
  q.in.parts().later([alive = q.in.alive(), name, by = q.by.number()] {
    if (const auto in = alive.lock()) notify_owner(**in, name, by);
  });
  return {};
}

result<void> confirm_new_device(const asked& q, const std::string& code, std::string_view name) {
  constexpr std::size_t max_name = 64;
  const account* own = q.in.people().find(q.by.who());
  if (!own) return fail(errc::not_allowed, "the account is gone");
  const auto asker = q.in.login_requests().take(fold_name(own->name), code);
  if (!asker) {
    if (asker.error().code == errc::not_allowed && q.in.parts().on_wrong_password)
      q.in.parts().on_wrong_password(q.by.session(), own);
    return asker.error();
  }
  endpoint* e = q.in.find_endpoint(*asker);
  if (!e || e->of().has_account() || e->is_changing()) {
    if (e) tell_refused(*e); // its code is used up
    return fail(errc::not_available, "the new device is gone, or logs in by a password");
  }
  const confirmation what{
      same_login(q), std::string(prefix_of_bytes(sanitize_for_terminal(name), max_name)), *asker};
  const later_answer answer(q, requests::devices::command);
  const changing who(q.in, *e);
  q.in.people().change([in = q.in.alive(), what] { return what.make(**in.lock()); },
                       [who, what, answer](const result<void>& kept) {
                         who.end([&](hub& in, endpoint* by) {
                           const account* a = in.people().find(what.old_one.who());
                           if (kept && by && a) {
                             auto told = become_account(in, *by, *a);
                             answer(std::vector<std::string>{done_text(in.people(), *by)});
                             return tell_asker(*by, std::move(told), {by->name()});
                           }
                           if (by) tell_refused(*by);
                           answer(kept ? fail(errc::not_available, "the new device is gone")
                                       : kept.error());
                         });
                       });
  return {};
}

result<void> refuse_new_devices(const asked& q) {
  const account* own = q.in.people().find(q.by.who());
  if (!own) return fail(errc::not_allowed, "the account is gone");
  const auto askers = q.in.login_requests().refuse(fold_name(own->name));
  if (askers.empty()) return fail(errc::bad_arguments, "nobody asks to be logged in as you");
  for (const std::uint64_t number : askers)
    if (const endpoint* e = q.in.find_endpoint(number)) tell_refused(*e);
  answer_to(q, requests::devices::command,
            std::vector<std::string>{
                askers.size() == 1 ? std::string("the new device is not let in")
                                   : fmt::format("{} new devices are not let in", askers.size())});
  return {};
}

} // namespace asio_chat::commands
