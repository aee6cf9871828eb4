#include "domain/commands/commands.hpp"
#include "domain/commands/credentials.hpp"
#include "domain/hub.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <charconv>
#include <memory>
#include <optional>
#include <utility>

namespace asio_chat::commands {

namespace {

/// A certificate that is to be added.
struct addition {
  key_hash key{};
  std::string subject{};            ///< empty: the pin was typed
  bool shown = false;               ///< by the connection that asks
  std::optional<identity> device{}; ///< that it came by; none: by something else
};

lines certificates_of(const asked& q) {
  lines list;
  for (const account_certificate* c : q.in.people().certificates_of(q.by.who())) {
    const certificate_login* own = q.by.certificate();
    list.push_back(fmt::format("{}: {}{}{}, since {:%Y-%m-%d}{}", c->number, pin_of(c->key),
                               c->subject.empty() ? "" : ", ", c->subject,
                               std::chrono::floor<std::chrono::seconds>(c->made),
                               own && own->key == c->key ? ", this one"
                               : c->proven               ? ""
                                           : fmt::format(", typed: it opens this account to "
                                                         "who asks for the name {}",
                                                         q.by.name())));
  }
  if (list.empty()) list.emplace_back("no certificate opens your account");
  return list;
}

result<addition> what_to_add(const asked& q, const std::string& pin) {
  const certificate_login* own = q.by.certificate();
  if (pin.empty() && !own) {
    return fail(errc::bad_arguments,
                q.by.sink().protection().encrypted
                    ? "this connection shows no certificate: come in with one, or give its pin"
                    : "this connection has no TLS, and so no certificate: give the pin of one");
  }
  if (pin.empty()) return addition{own->key, q.by.sink().protection().client_subject, true};
  const auto key = read_pin(pin);
  if (!key) return key.error();
  if (own && own->key == *key) return addition{*key, q.by.sink().protection().client_subject, true};
  return addition{*key};
}

/// The account is still theirs who have asked: the device that they came by may be revoked.
bool is_still_theirs(const hub& in, std::uint64_t number, const identity& account,
                     const std::optional<identity>& device) {
  const endpoint* by = in.find_endpoint(number);
  if (!by || by->who() != account || !in.people().find(account)) return false;
  const asio_chat::account* of = device ? in.people().of_device(*device) : nullptr;
  return !device || (of && of->id == account);
}

void add(hub& in, const endpoint& by, const addition& what, const later_answer& answer) {
  people& p = in.people();
  const identity id = by.who();
  const std::string before(p.find(id)->password_hash);
  const auto added = std::make_shared<account_certificate>();
  p.change(
      [&in, &p, id, before, what, added, number = by.number()]() -> result<facts> {
        if (auto same = check_unchanged(in, id, before); !same) return same.error();
        if (!is_still_theirs(in, number, id, what.device))
          return fail(errc::not_allowed, "you have been logged out meanwhile");
        auto made = p.new_certificate(what.key, id, what.subject, what.shown);
        if (!made) return made.error();
        *added = *made;
        return facts{fact_of(*made)};
      },
      [answer, added, name = by.name()](const result<void>& kept) {
        if (!kept) return answer(kept.error());
        answer(lines{fmt::format("certificate {} opens your account from now on{}", added->number,
                                 added->proven ? "" : ", to who asks for the name " + name)});
      });
}

result<void> remove(const asked& q, const std::string& which) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(which.data(), which.data() + which.size(), number);
  std::optional<key_hash> key;
  if (error != std::errc() || end != which.data() + which.size()) {
    const auto typed = read_pin(which);
    if (!typed) return typed.error();
    key = *typed;
  }
  people& p = q.in.people();
  const auto gone = std::make_shared<account_certificate>();
  p.change(
      [&p, account = q.by.who(), number, key, gone]() -> result<facts> {
        for (const account_certificate* c : p.certificates_of(account)) {
          if (key ? c->key != *key : c->number != number) continue;
          *gone = *c;
          return facts{without(fact_of(*c))};
        }
        return fail(errc::bad_arguments, "your account has no such certificate: see /cert list");
      },
      [in = q.in.alive(), gone,
       answer = later_answer(q, requests::certificates::command)](const result<void>& kept) {
        if (!kept) return answer(kept.error());
        answer(lines{fmt::format("certificate {} opens your account no more", gone->number)});
        if (const auto alive = in.lock())
          (*alive)->close_those(
              gone->account, [&](const endpoint& e) { return e.came_by(gone->key); },
              "your certificate was removed by /cert");
      });
  return {};
}

} // namespace

result<void> carry_out(const asked& q, requests::certificates&& what) {
  if (auto can = check_accounts(q); !can) return can;
  const account* own = q.in.people().find(q.by.who());
  if (!q.by.of().has_account() || !own)
    return fail(errc::bad_arguments, "you are not logged in to an account");
  const certificate_login* shown = q.by.certificate();
  if (shown && !shown->name.empty())
    return fail(errc::not_available,
                "on this server a certificate opens the account of its common name, and no other: "
                "there is nothing to add or remove");
  if (what.action.empty()) {
    answer_to(q, what.command, certificates_of(q));
    return {};
  }
  if (what.action == "remove") return remove(q, what.which);
  auto wanted = what_to_add(q, what.which);
  if (!wanted) return wanted.error();
  if (q.by.token() && q.in.people().of_device(*q.by.token())) wanted->device = q.by.token();
  if (!own->password_hash.empty()) {
    if (what.password.empty()) return fail(errc::bad_arguments, "say /cert add PASSWORD [PIN]");
    return confirm_password(
        q, what.command, std::move(what.password),
        [wanted = *std::move(wanted)](hub& in, const endpoint& by, const later_answer& answer) {
          add(in, by, wanted, answer);
        });
  }
  if (!what.password.empty())
    return fail(errc::bad_arguments,
                "your account has no password that could be asked for: say /cert add, or /cert add "
                "PIN");
  if (!shown || !shown->opened)
    return fail(errc::not_allowed, "your account has no password: come in by one of its "
                                   "certificates to add another one");
  add(q.in, q.by, *wanted, later_answer(q, what.command));
  return {};
}

} // namespace asio_chat::commands
