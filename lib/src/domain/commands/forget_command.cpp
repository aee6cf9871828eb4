#include "base/sanitize.hpp"
#include "domain/commands/commands.hpp"
#include "domain/commands/credentials.hpp"
#include "domain/hub.hpp"
#include "names/member_name.hpp"

#include <fmt/format.h>

#include <memory>
#include <utility>

namespace asio_chat::commands {

namespace {

lines warning_of(const hub& in, const account& a) {
  const std::string proof = a.password_hash.empty() ? a.name : "PASSWORD";
  const std::string code = in.people().has_factor(a.id) ? " CODE" : "";
  return {
      fmt::format("this deletes the account {}, with its devices and certificates, and destroys "
                  "what it has said in all rooms and to others alone",
                  a.name),
      "it cannot be taken back; backups that were made before may have it still, and what others "
      "have kept of it stays with them",
      fmt::format("to do it, for good: /forget me {}{}", proof, code)};
}

void tell_end(hub& in, const identity& account, const later_answer& answer) {
  const auto gone = in.people().farewells().find(account);
  const farewell who = gone->second;
  const people_store* store = in.parts().people;
  const std::string receipt =
      store ? store->sign(statement_of(who, in.log().head())) : std::string();
  lines told{
      fmt::format("the account {} is deleted, and what it has said is being destroyed", who.name)};
  lines items;
  if (!receipt.empty()) {
    told.emplace_back("your receipt, which the operator can check (asio-chatd verify --receipt):");
    told.push_back(receipt);
    items.push_back(receipt);
  }
  answer(std::move(told), std::move(items));
  if (const member* m = in.find_member(account))
    in.close_all(*in.find_member(m->name()), "your account is deleted");
  in.note(fmt::format("{} has deleted their account, and what it has said", who.name));
  in.forgetter().begin();
}

void end_account(hub& in, const endpoint& by, const std::string& code, const later_answer& answer) {
  const identity id = by.who();
  const std::string before(in.people().find(id)->password_hash);
  const auto wrong = std::make_shared<bool>(false);
  in.people().change(
      [&in, id, before, code, wrong]() -> result<facts> {
        if (auto same = check_unchanged(in, id, before); !same) return same.error();
        const auto used = use_code(in, id, code);
        *wrong = !used;
        if (!used) return used.error();
        return in.people().forgetting(*in.people().find(id));
      },
      [at = in.alive(), id, number = by.number(), wrong, answer](const result<void>& kept) {
        const auto alive = at.lock();
        if (!alive) return;
        const endpoint* of = (*alive)->find_endpoint(number);
        if (*wrong && of) refuse_code(**alive, *of, id);
        if (!kept) return answer(for_members(kept.error()));
        tell_end(**alive, id, answer);
      });
}

} // namespace

result<void> carry_out(const asked& q, requests::forget&& what) {
  const account* a = q.in.people().find(q.by.who());
  if (!q.by.of().has_account() || !a)
    return fail(errc::bad_arguments, "you are not logged in to an account");
  if (!q.in.log().destroys() || !q.in.log().lists())
    return fail(errc::not_available,
                "this server's history cannot destroy what you have said; its operator can delete "
                "your account");
  if (what.proof.empty()) {
    answer_to(q, what.command, warning_of(q.in, *a));
    return {};
  }
  if (auto can = check_code(q.in, a->id, what.code); !can) return can;
  if (!a->password_hash.empty())
    return confirm_password(
        q, what.command, std::move(what.proof),
        [code = std::move(what.code)](hub& in, const endpoint& by, const later_answer& answer) {
          end_account(in, by, code, answer);
        });
  if (fold_name(what.proof) != fold_name(a->name))
    return fail(errc::not_allowed, fmt::format("your account has no password: say /forget me {}, "
                                               "if you mean it",
                                               a->name));
  // Its name is no secret: who has stolen a device alone has not enough.
  const certificate_login* shown = q.by.certificate();
  const account_certificate* known = shown ? q.in.people().find_certificate(shown->key) : nullptr;
  if (!known || known->account != a->id)
    return fail(errc::not_allowed,
                "your account has no password: come in with a certificate of it, and say it again");
  end_account(q.in, q.by, what.code, later_answer(q, what.command));
  return {};
}

} // namespace asio_chat::commands
