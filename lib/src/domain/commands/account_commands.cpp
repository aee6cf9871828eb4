#include "accounts/account_changes.hpp"
#include "accounts/passwords.hpp"
#include "base/sanitize.hpp"
#include "base/utf8.hpp"
#include "domain/commands/becoming.hpp"
#include "domain/commands/commands.hpp"
#include "domain/commands/credentials.hpp"
#include "domain/hub.hpp"
#include "names/member_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace asio_chat::commands {

namespace {

result<void> check_password(std::string_view typed) {
  if (auto good = check_new_password(typed); !good)
    return fail(errc::bad_arguments, good.error().message);
  return {};
}

failure wrong_invitation() {
  return fail(errc::not_allowed, "this invitation is none, was used, or is over; a password with "
                                 "blanks stands in quotes");
}

} // namespace

result<void> carry_out(const asked& q, requests::register_account&& what) {
  if (auto can = check_accounts(q); !can) return can;
  if (const account* own = q.in.people().find(q.by.of().who()))
    return fail(errc::bad_arguments, fmt::format("you have the account {} already", own->name));
  if (auto idle = check_not_changing(q.by); !idle) return idle;
  if (!q.in.parts().registration)
    return fail(errc::not_allowed, "accounts are made by the operator of this server");
  if (q.in.parts().needs_invitation && what.invitation.empty())
    return fail(errc::login_required,
                "accounts are made by invitation: /register PASSWORD CODE, with what an operator "
                "has given you");
  // Where none is needed, that was the second word of a password, or so it seems.
  if (!what.invitation.empty() && !q.in.people().find_invitation(what.invitation))
    return q.in.parts().needs_invitation
               ? wrong_invitation()
               : fail(errc::bad_arguments, "there is no such invitation, and none is needed here; "
                                           "a password with blanks stands in quotes: /register "
                                           "\"two words\"");
  if (auto good = check_password(what.password); !good) return good;
  if (auto is_free = q.in.people().find(q.by.name()); is_free != nullptr)
    return fail(errc::name_taken, fmt::format("there is an account {} already", q.by.name()));
  auto begun = q.in.attempts().begin({}, q.by.host());
  if (!begun) return begun.error();
  if (auto full = q.in.limiter().charge(q.by, rated::registrations)) return *std::move(full);
  const later_answer answer(q, what.command);
  const changing who(q);
  q.in.parts().passwords->hash(
      std::move(what.password),
      [in = q.in.alive(), number = q.by.number(), answer, who, place = *std::move(begun),
       code = std::move(what.invitation)](result<std::string> hash) {
        const auto alive = in.lock();
        endpoint* by = alive ? (*alive)->find_endpoint(number) : nullptr;
        if (by == nullptr) return;
        if (!hash) return who.end([&](hub&, endpoint*) { answer(hash.error()); });
        const auto made = std::make_shared<identity>();
        const auto invited_by = std::make_shared<std::string>(); // empty: nobody had to
        (*alive)->people().change(
            [in, number, name = by->name(), hash = *std::move(hash), made, code,
             invited_by]() -> result<facts> {
              hub& h = **in.lock();
              const people& p = h.people();
              auto a = p.new_account(name, hash);
              if (!a) return a.error();
              *made = a->id;
              facts f{fact_of(*a)};
              if (h.parts().needs_invitation) {
                const invitation* used = p.find_invitation(code);
                if (!used) return wrong_invitation();
                *invited_by = used->by;
                f.push_back(without(fact_of(*used)));
              }
              const endpoint* still = h.find_endpoint(number);
              return still ? with_device(h, *still, std::move(f), a->id) : f;
            },
            [in, who, answer, made, invited_by](const result<void>& kept) {
              if (const auto at = in.lock(); at && kept && !invited_by->empty())
                if (const account* a = (*at)->people().find(*made))
                  (*at)->note(fmt::format("{} has registered by an invitation of {}", a->name,
                                          *invited_by));
              if (kept) return become_account(who, *made, answer);
              who.end([&](hub&, endpoint*) { answer(kept.error()); });
            });
      });
  return {};
}

result<void> carry_out(const asked& q, requests::log_in&& what) {
  if (auto can = check_accounts(q); !can) return can;
  if (q.by.of().has_account())
    return fail(errc::bad_arguments,
                fmt::format("you are logged in as {}; /logout first", q.by.name()));
  if (auto idle = check_not_changing(q.by); !idle) return idle;
  if (what.password.empty()) return ask_older_devices(q, what.name);
  if (auto same = check_certificate_name(q, what.name); !same) return same;
  const auto begun = q.in.attempts().begin(fold_name(what.name), q.by.host());
  if (!begun) return begun.error();
  const account* a = q.in.people().find(what.name);
  // What was guessed before stays counted: who has one does not know the password.
  if (const app_password* app = a ? app_opened_by(q.in, *a, what.password) : nullptr)
    return log_in_by_app(q, *app);
  const std::optional<identity> id = a ? std::optional(a->id) : std::nullopt;
  const later_answer answer(q, what.command);
  const changing who(q);
  // Of an account that is not there, or may not be used, it takes as long to say no.
  const std::string hash(a && !a->disabled ? a->password_hash : rare_text());
  q.in.parts().passwords->verify(
      hash, std::move(what.password),
      [in = q.in.alive(), number = q.by.number(), answer, who, id, hash, tried = *begun,
       code = std::move(what.code)](const result<bool>& fits) {
        const auto alive = in.lock();
        endpoint* by = alive ? (*alive)->find_endpoint(number) : nullptr;
        if (by == nullptr) return;
        if (!fits) return who.end([&](hub&, endpoint*) { answer(fits.error()); });
        if (!*fits || !id) {
          refuse_password(**alive, *by, *tried, id ? (*alive)->people().find(*id) : nullptr);
          return who.end([&](hub&, endpoint*) {
            answer(fail(errc::not_allowed, code.empty() ? "wrong name or password"
                                                        : "wrong name or password; one with blanks "
                                                          "stands in quotes: \"two words\""));
          });
        }
        tried->succeeded();
        people& p = (*alive)->people();
        if (auto can = check_code(**alive, *id, code); !can)
          return who.end([&](hub&, endpoint*) { answer(can.error()); });
        const auto wrong = std::make_shared<bool>(false);
        p.change(
            [in, number, id, hash, code, wrong]() -> result<facts> {
              // An operator may have reset, disabled or deleted it meanwhile.
              if (!check_unchanged(**in.lock(), *id, hash))
                return fail(errc::not_allowed, "wrong name or password");
              auto used = use_code(**in.lock(), *id, code);
              *wrong = !used;
              if (!used) return used;
              const endpoint* still = (**in.lock()).find_endpoint(number);
              return still ? with_device(**in.lock(), *still, *std::move(used), *id) : used;
            },
            [in, who, answer, id, wrong](const result<void>& kept) {
              if (kept) {
                if (const auto at = in.lock()) (*at)->attempts().code_succeeded(key_of(*id));
                return become_account(who, *id, answer);
              }
              who.end([&](hub& at, endpoint* of) {
                if (*wrong && of) refuse_code(at, *of, *id);
                answer(kept.error());
              });
            });
      });
  return {};
}

result<void> carry_out(const asked& q, requests::log_out&& what) {
  if (!q.by.of().has_account())
    return fail(errc::bad_arguments, "you are not logged in to an account");
  if (auto same = check_certificate_name(q, {}); !same) return same;
  const later_answer answer(q, what.command);
  const changing who(q);
  people& p = q.in.people();
  p.change(
      [&p, token = q.by.token(), account = q.by.who()]() -> result<facts> {
        facts gone;
        for (const device* d : p.devices_of(account))
          if (token && d->token == *token) gone = without_devices(p, d->account, {d});
        return gone;
      },
      [who, answer](const result<void>& kept) {
        who.end([&](hub& in, endpoint* by) {
          if (!kept) return answer(kept.error());
          if (!by) return;
          login guest;
          guest.who = by->token().value_or(draw_identity());
          guest.may_come_back = by->token().has_value();
          guest.token = by->token();
          guest.name = in.free_name(by->name(), guest.who);
          in.become(*by, guest);
          answer(lines{fmt::format("you are a guest, known as {}", by->name())}, {by->name()});
        });
      });
  return {};
}

result<void> carry_out(const asked& q, requests::change_password&& what) {
  if (auto good = check_password(what.next); !good) return good;
  return confirm_password(
      q, what.command, std::move(what.now),
      [next = std::move(what.next)](hub& in, const endpoint& by, const later_answer& answer) {
        const std::string before(in.people().find(by.who())->password_hash);
        const auto keep = [in = in.alive(), answer, id = by.who(),
                           before](result<std::string> hash) {
          const auto alive = in.lock();
          if (!alive) return;
          if (!hash) return answer(hash.error());
          people& p = (*alive)->people();
          p.change(
              [&at = **alive, &p, id, before, hash = *std::move(hash)]() -> result<facts> {
                if (auto same = check_unchanged(at, id, before); !same) return same.error();
                account changed = *p.find(id);
                changed.password_hash = hash;
                return facts{fact_of(changed)};
              },
              [answer](const result<void>& kept) {
                if (!kept) return answer(kept.error());
                answer(lines{"your password is changed; who is logged in stays so, see /devices"});
              });
        };
        in.parts().passwords->hash(next, keep);
      });
}

} // namespace asio_chat::commands
