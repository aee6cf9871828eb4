#include "domain/commands/commands.hpp"
#include "domain/commands/credentials.hpp"
#include "domain/hub.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace asio_chat::commands {

namespace {

void list_invitations(const asked& q) {
  constexpr std::size_t max_listed = 200;
  lines all;
  for (const auto& [code, i] : q.in.people().invitations()) {
    if (!q.in.people().find_invitation(code)) continue; // it is over
    if (all.size() == max_listed) {
      all.emplace_back("there are more");
      break;
    }
    all.push_back(fmt::format("{}, by {}, until {:%Y-%m-%d %H:%M} UTC", code, i.by,
                              std::chrono::floor<std::chrono::seconds>(i.until)));
  }
  if (all.empty()) all.emplace_back("there are no invitations");
  answer_to(q, requests::make_invitation::command, std::move(all));
}

void end_invitation_code(const asked& q, const std::string& code) {
  people& p = q.in.people();
  p.change(
      [&p, code]() -> result<std::vector<fact>> {
        const invitation* known = p.find_invitation(code);
        if (!known)
          return fail(errc::bad_arguments,
                      "there is no such invitation: /invitation list lists those there are");
        return std::vector<fact>{without(fact_of(*known))};
      },
      [in = q.in.alive(), by = q.by.name(),
       answer = later_answer(q, requests::make_invitation::command)](const result<void>& kept) {
        const auto alive = in.lock();
        if (!alive) return;
        if (!kept) return answer(kept.error());
        (*alive)->note(fmt::format("{} has ended an invitation", by));
        answer(lines{"that invitation lets nobody in any more"});
      });
}

} // namespace

result<void> carry_out(const asked& q, requests::make_invitation&& what) {
  if (what.what == requests::make_invitation::action::list) {
    list_invitations(q);
    return {};
  }
  if (what.what == requests::make_invitation::action::end) {
    end_invitation_code(q, what.code);
    return {};
  }
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
