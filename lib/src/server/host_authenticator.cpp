#include "server/host_authenticator.hpp"

#include "domain/host_reason.hpp"
#include "server/host_identity.hpp"

#include <utility>
#include <variant>

namespace asio_chat {

namespace {

authenticator::answer let_in(login_accepted yes, admission guest) {
  admission a = std::move(guest);
  // It opens nothing, as the host is asked each time: it tells one device of a user from another.
  if (!a.token.empty()) a.device = a.who;
  if (!yes.user.empty()) {
    const auto who = identity_of_user(yes.user);
    if (!who) return denial{who.error()};
    a.who = *who;
    a.may_come_back = true;
  }
  a.may = yes.may;
  a.as = yes.as;
  a.name = std::move(yes.name);
  a.user = std::move(yes.user);
  return a;
}

/// Who guesses waits like one who guesses the passphrase.
std::optional<close_code> end_of(const login_refused& no) {
  if (no.for_good) return close_code::removed;
  if (no.code == errc::wrong_passphrase) return close_code::wrong_passphrase;
  return std::nullopt;
}

denial keep_out(const login_refused& no) {
  const auto later = no.retry_after.value_or(std::chrono::seconds(0));
  return {fail(code_by_host(no.code, errc::login_required),
               reason_by_host(no.why, "you may not come in")),
          end_of(no), later.count() > 0 ? no.retry_after : std::nullopt};
}

} // namespace

void host_authenticator::admit(credentials c, admit_done done) {
  answer first;
  shared_.admit(c, [&first](answer a) { first = std::move(a); }); // answers at once
  const auto* guest = std::get_if<admission>(&first);
  if (guest == nullptr || c.name_follows) return done(std::move(first));
  const login_request request{std::move(c.name),
                              shared_.wants_passphrase() ? std::nullopt : std::move(c.passphrase),
                              std::move(c.certificate), std::move(c.address), c.session};
  runner_.run<login_answer>(
      "authenticate", [&](login_answer_handler h) { hook_(request, std::move(h)); },
      [done = std::move(done), guest = *guest](login_answer a) {
        if (auto* yes = std::get_if<login_accepted>(&a))
          return done(let_in(std::move(*yes), guest));
        done(keep_out(std::get<login_refused>(a)));
      },
      login_refused{.why = "who you are cannot be found out now; try again later",
                    .code = errc::not_available});
}

} // namespace asio_chat
