#include "domain/commands/commands.hpp"
#include "domain/commands/credentials.hpp"
#include "domain/direct_logs.hpp"
#include "domain/hub.hpp"
#include "domain/ignore_lists.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <span>
#include <utility>

namespace asio_chat::commands {

namespace {

failure wrong_code() {
  return fail(errc::not_allowed, "wrong code, or one that was used already");
}

/// Switches it on or off: what the account may do changes with it.
void regrade(hub& in, const identity& account, bool on) {
  in.take_role(account);
  const member* here = on ? in.find_member(account) : nullptr;
  for (endpoint* e : here ? here->endpoints() : std::span<endpoint* const>()) {
    tell_ignored(in, *e); // what waited for it, maybe
    in.directs().came(*e);
  }
  const asio_chat::account* a = in.people().find(account);
  if (a)
    in.note_own(account,
                fmt::format("{} has switched the second factor {}", a->name, on ? "on" : "off"));
}

lines state_of(const asked& q) {
  const account_factor* f = q.in.people().factor_of(q.by.who());
  if (f && f->is_on)
    return {
        fmt::format("your second factor is on; {} recovery codes are left", f->recovery.size())};
  if (f) return {"your second factor is not on yet: /totp confirm CODE, with what your app shows"};
  return {"you have no second factor: /totp on PASSWORD makes one"};
}

result<void> begin(const asked& q, std::string password) {
  return confirm_password(
      q, requests::totp::command, std::move(password),
      [](hub& in, const endpoint& by, const later_answer& answer) {
        const auto made = std::make_shared<account_factor>();
        made->account = by.who();
        made->secret = in.parts().factor->new_secret();
        made->made = in.time().wall_now();
        people& p = in.people();
        p.change(
            [&p, made]() -> result<facts> {
              if (!p.find(made->account)) return fail(errc::not_allowed, "the account is gone");
              if (p.has_factor(made->account))
                return fail(errc::bad_arguments,
                            "your second factor is on: /totp off PASSWORD CODE takes it away");
              return facts{fact_of(*made)};
            },
            [in = in.alive(), made, name = by.name(), answer](const result<void>& kept) {
              const auto alive = in.lock();
              if (!alive) return;
              if (!kept) return answer(kept.error());
              lines told = (*alive)->parts().factor->setup_of(made->secret, name);
              told.emplace_back("put this into an app, and then: /totp confirm CODE");
              answer(std::move(told));
            });
      });
}

result<void> confirm(const asked& q, std::string code) {
  people& p = q.in.people();
  const identity id = q.by.who();
  const auto codes = std::make_shared<lines>(q.in.parts().factor->new_recovery_codes());
  p.change(
      [&in = q.in, &p, id, code = std::move(code), codes]() -> result<facts> {
        const account_factor* begun = p.factor_of(id);
        if (!begun || begun->is_on)
          return fail(errc::bad_arguments, "there is nothing to confirm: /totp on PASSWORD begins");
        second_factor& how = *in.parts().factor;
        const auto step = how.step_of(begun->secret, code, in.time().wall_now());
        if (!step)
          return fail(
              errc::not_allowed,
              "wrong code; if it is what your app shows, its clock or the server's is wrong");
        account_factor on = *begun;
        on.is_on = true;
        on.used = *step;
        for (const std::string& one : *codes)
          on.recovery.push_back(how.hash_of_recovery_code(one));
        return facts{fact_of(on)};
      },
      [in = q.in.alive(), id, codes,
       answer = later_answer(q, requests::totp::command)](const result<void>& kept) {
        const auto alive = in.lock();
        if (!alive) return;
        if (!kept) return answer(kept.error());
        regrade(**alive, id, true);
        lines told{"your second factor is on: from now on /login NAME PASSWORD CODE",
                   "write these down, each opens your account once if you lose the app:"};
        told.insert(told.end(), codes->begin(), codes->end());
        answer(std::move(told));
      });
  return {};
}

result<void> end(const asked& q, std::string password, const std::string& code) {
  if (auto can = check_code(q.in, q.by.who(), code); !can) return can;
  return confirm_password(q, requests::totp::command, std::move(password),
                          [code](hub& in, const endpoint& by, const later_answer& answer) {
                            people& p = in.people();
                            const auto wrong = std::make_shared<bool>(false);
                            p.change(
                                [&in, &p, id = by.who(), code, wrong]() -> result<facts> {
                                  if (!p.factor_of(id))
                                    return fail(errc::bad_arguments, "you have no second factor");
                                  const auto used = use_code(in, id, code);
                                  *wrong = !used;
                                  if (!used) return used.error();
                                  return p.removal_of_factor(id);
                                },
                                [at = in.alive(), id = by.who(), number = by.number(), answer,
                                 wrong](const result<void>& kept) {
                                  const auto alive = at.lock();
                                  if (!alive) return;
                                  const endpoint* of = (*alive)->find_endpoint(number);
                                  if (*wrong && of) refuse_code(**alive, *of, id);
                                  if (!kept) return answer(kept.error());
                                  regrade(**alive, id, false);
                                  answer(lines{"your second factor is off"});
                                });
                          });
}

} // namespace

result<void> check_code(const hub& in, const identity& account, const std::string& code) {
  if (!in.people().has_factor(account)) return {};
  if (in.parts().factor == nullptr)
    return fail(errc::not_available,
                "this account has a second factor, and this server cannot check it");
  if (code.empty())
    return fail(errc::login_required,
                "this account has a second factor: put the code that your app shows, or a recovery "
                "code, behind the password");
  return in.attempts().check_codes(key_of(account));
}

result<facts> use_code(hub& in, const identity& account, const std::string& code) {
  const account_factor* known = in.people().factor_of(account);
  if (!known || !known->is_on) return facts();
  if (in.parts().factor == nullptr) return wrong_code();
  second_factor& how = *in.parts().factor;
  account_factor used = *known;
  const auto step = how.step_of(known->secret, code, in.time().wall_now());
  if (step && *step > known->used) {
    used.used = *step;
  } else if (std::erase(used.recovery, how.hash_of_recovery_code(code)) == 0) {
    return wrong_code();
  }
  return facts{fact_of(used)};
}

void refuse_code(hub& in, const endpoint& by, const identity& account) {
  in.attempts().code_failed(key_of(account));
  if (in.parts().on_wrong_password)
    in.parts().on_wrong_password(by.session(), in.people().find(account));
}

result<void> carry_out(const asked& q, requests::totp&& what) {
  if (auto can = check_accounts(q); !can) return can;
  if (q.in.parts().factor == nullptr)
    return fail(errc::not_available, "this server has no second factor");
  if (!q.by.of().has_account())
    return fail(errc::bad_arguments, "you are not logged in to an account");
  if (what.action.empty()) {
    answer_to(q, what.command, state_of(q));
    return {};
  }
  if (what.action == "on") return begin(q, std::move(what.secret));
  if (what.action == "confirm") return confirm(q, std::move(what.secret));
  return end(q, std::move(what.secret), what.code);
}

} // namespace asio_chat::commands
