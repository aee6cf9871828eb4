#include "domain/commands/commands.hpp"
#include "domain/commands/credentials.hpp"
#include "domain/hub.hpp"

#include <fmt/format.h>

#include <memory>
#include <utility>

namespace asio_chat::commands {

result<void> carry_out(const asked& q, requests::make_invitation&& what) {
  constexpr std::size_t max_invitations = 1'000;
  if (auto can = check_accounts(q); !can) return can;
  if (!q.in.parts().registration)
    return fail(errc::bad_arguments, "accounts are made by the operator of this server");
  if (!q.in.parts().needs_invitation)
    return fail(errc::bad_arguments,
                "nobody needs an invitation here: whoever comes may /register");
  people& p = q.in.people();
  const auto made = std::make_shared<invitation>();
  made->code = key_of(draw_identity());
  made->by = q.by.name();
  made->until = q.in.time().wall_now() + what.lasts;
  p.change(
      [&p, made]() -> result<std::vector<fact>> {
        std::vector<fact> f = p.removal_of_old_invitations();
        if (p.invitation_count() - f.size() >= max_invitations)
          return fail(errc::not_available, "there are as many invitations as there can be; those "
                                           "that are not used end by themselves");
        f.push_back(fact_of(*made));
        return f;
      },
      [in = q.in.alive(), made, lasts = what.lasts,
       answer = later_answer(q, what.command)](const result<void>& kept) {
        const auto alive = in.lock();
        if (!alive) return;
        if (!kept) return answer(kept.error());
        (*alive)->note(fmt::format("{} has made an invitation for {} d", made->by, lasts.count()));
        answer(std::vector<std::string>{
            fmt::format("for {} d, once: /register PASSWORD {}", lasts.count(), made->code)});
      });
  return {};
}

} // namespace asio_chat::commands
