#include "base/sanitize.hpp"
#include "base/utf8.hpp"
#include "domain/command_table.hpp"
#include "domain/commands/commands.hpp"
#include "domain/direct_logs.hpp"
#include "domain/hub.hpp"
#include "domain/proof.hpp"
#include "domain/sayable.hpp"

#include <fmt/format.h>

#include <utility>

namespace asio_chat::commands {

namespace {

result<void> post(const asked& q, entry_kind kind, std::string& text, std::string_view id) {
  if (auto done = make_sayable(text, q.in.limits()); !done) return done;
  if (q.about->direct()) {
    return q.in.directs().write(
        q.by, q.about->direct()->other, id.empty() ? std::string_view(q.ref) : id,
        [in = q.about->shared_from_this(), kind, text = std::move(text), id = std::string(id),
         ref = q.ref](endpoint& by) { in->post(by, kind, text, id, ref); });
  }
  q.about->post(q.by, kind, std::move(text), id, q.ref);
  return {};
}

} // namespace

result<void> carry_out(const asked& q, requests::say&& what) {
  return post(q, entry_kind::message, what.text, what.id);
}

result<void> carry_out(const asked& q, requests::act&& what) {
  return post(q, entry_kind::action, what.text, what.id);
}

result<void> carry_out(const asked& q, requests::tell&& what) {
  if (auto done = make_sayable(what.text, q.in.limits()); !done) {
    if (done.error().code != errc::text_empty) return done;
    return missing_argument(*find_command(what.command), "TEXT");
  }
  const account* kept = q.by.of().has_account() ? q.in.directs().account_called(what.to) : nullptr;
  if (kept && kept->id != q.by.who())
    return q.in.directs().tell(q.by, *kept, std::move(what.text), q.ref);
  const member* other = q.in.find_member(what.to);
  if (!other) {
    return fail(errc::no_such_member,
                fmt::format("nobody here is called {}", prefix_of_bytes(sanitize(what.to), 40)));
  }
  if (other->has_account() && other != &q.by.of()) {
    if (auto may = q.in.directs().check_may_write(q.by, other->who()); !may) return may;
  }
  // A receiver who does not read neither holds up the sender nor is closed for it.
  const direct_message message{q.by.name(), other->name(), q.in.time().wall_now(), what.text,
                               proof_text(q.by.of().proof())};
  bool delivered = false;
  for (const endpoint* e : other->endpoints()) {
    if (e->sink().full() || !e->takes_directs()) continue;
    e->tell(message);
    delivered = true;
  }
  if (!delivered) {
    return fail(errc::not_available,
                fmt::format("{} does not read at the moment; not delivered", other->name()));
  }
  answer_to(q, what.command, answers::sent{other->name(), std::move(what.text), message.time});
  q.in.directs().tell_away(q.by, other->who());
  return {};
}

} // namespace asio_chat::commands
