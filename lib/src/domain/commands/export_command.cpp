#include "domain/account_exporter.hpp"
#include "domain/commands/commands.hpp"
#include "domain/commands/credentials.hpp"
#include "domain/hub.hpp"

#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>

namespace asio_chat::commands {

namespace {

std::string progress_of(const account_exporter::piece& p) {
  // How much was looked through is nobody's business: it counts rooms that one may not see.
  return fmt::format("{} lines so far{}", p.lines, p.next.empty() ? ": that is all" : "");
}

} // namespace

result<void> carry_out(const asked& q, requests::export_account&& what) {
  if (auto own = check_has_account(q); !own) return own;
  if (!q.in.log().lists())
    return fail(errc::not_available,
                "this server's history cannot be looked through; its operator can export it");
  if (!q.by.data_replies())
    return fail(errc::not_available,
                "an export is a file, and you would get it in lines: come with asio-chat, which "
                "writes it where you say: /export me FILE");
  account_exports& all = q.in.exports();
  account_exporter* one = all.find(q.by.who());
  if (!what.piece.empty() && (!one || !one->has(what.piece)))
    return fail(errc::bad_arguments, "there is no such piece of an export; begin anew: /export me");
  if (what.piece.empty()) {
    if (one && one->is_at_work() && q.in.find_endpoint(one->asker()))
      return fail(errc::not_available,
                  "another device of yours exports at this moment; wait for it");
    const auto made = std::make_shared<account_exporter>(
        account_exporter::services{q.in.parts().log, q.in.people(), q.in.parts().watch,
                                   q.in.alive(), q.in.parts().later},
        q.by.who(), key_of(draw_identity()));
    if (!all.keep(q.by.who(), made))
      return fail(errc::not_available, "as many exports are made now as can be; try again in 10 s");
    one = made.get();
  }
  one->make(what.piece, q.by.number(), q.by.of().reads(),
            [answer = later_answer(q, what.command)](const result<account_exporter::piece>& made) {
              // Who has asked is still who they were: they cannot log out before this is answered.
              if (!made) return answer(for_members(made.error()));
              std::vector<std::string> items{made->text};
              if (!made->next.empty()) items.push_back(made->next);
              answer(std::vector<std::string>{progress_of(*made)}, std::move(items));
            });
  return {};
}

} // namespace asio_chat::commands
