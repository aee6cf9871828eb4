#include "domain/commands/commands.hpp"
#include "domain/hub.hpp"

#include <algorithm>
#include <utility>

namespace asio_chat::commands {

namespace {

constexpr std::size_t longest_page = 1'000;

constexpr std::size_t max_found = 50;

event as_page(history_page page, std::size_t) {
  return page;
}

event as_answer(history_page page, std::size_t asked) {
  return reply{std::move(page.ref),
               "history",
               {},
               {},
               make_reply_data(answers::log{std::move(page.room), std::move(page.entries), asked,
                                            page.earlier})};
}

} // namespace

result<void> carry_out(const asked& q, requests::history&& what) {
  what.part.entries = std::clamp<std::size_t>(what.part.entries, 1, longest_page);
  q.about->read_history(q.by, what.part, q.ref, what.for_a_person ? as_answer : as_page);
  return {};
}

result<void> carry_out(const asked& q, requests::search&& what) {
  what.query.limit = max_found;
  q.about->search(q.by, std::move(what.query), q.ref,
                  [room = q.about->name(), ref = q.ref](journal::hits found) {
                    return reply{ref,
                                 "search",
                                 {},
                                 {},
                                 make_reply_data(answers::found{room, std::move(found.entries),
                                                                found.more, found.incomplete})};
                  });
  return {};
}

result<void> carry_out(const asked& q, requests::show_head&& what) {
  std::string head = q.in.log().head();
  if (head.empty())
    return fail(errc::not_available, "this server keeps its history in memory, which has no head");
  answer_to(q, what.command, std::vector{std::move(head)});
  return {};
}

} // namespace asio_chat::commands
