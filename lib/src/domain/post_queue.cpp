#include "domain/post_queue.hpp"

#include "accounts/people.hpp"
#include "domain/message_ids.hpp"
#include "domain/room.hpp"
#include "domain/sayable.hpp"

#include <utility>

namespace asio_chat {

void post_queue::ask(endpoint& author, entry draft, std::string ref) {
  author.begin_undecided();
  const post_request request{author.info(), draft.room, draft.kind, draft.text,
                             std::string(own_id(draft.id))};
  const std::uint64_t number = first_ + waiting_.size();
  waiting_.push_back({author.number(),
                      author.who(),
                      author.of().has_account(),
                      std::move(draft),
                      std::move(ref),
                      {}});
  // The room may be dropped meanwhile: what was said in it is stored all the same.
  services_.on_post(request, [self = shared_from_this(), in = room_.shared_from_this(), number,
                              hub = services_.hub_alive](post_answer a) {
    if (!hub.expired()) self->decide(number, std::move(a));
  });
}

void post_queue::decide(std::uint64_t number, post_answer a) {
  waiting_[number - first_].answer = std::move(a);
  release();
}

void post_queue::release() {
  if (std::exchange(releasing_, true)) return; // a refusal may lead to the next answer
  while (!waiting_.empty() && waiting_.front().answer) {
    undecided next = std::move(waiting_.front());
    waiting_.pop_front();
    ++first_;
    let_go(std::move(next));
  }
  releasing_ = false;
}

void post_queue::let_go(undecided&& u) {
  endpoint* author = services_.find_endpoint(u.author);
  if (author) author->end_undecided();
  // What a deleted account has said is destroyed, and maybe is already.
  if (u.has_account && services_.facts && !services_.facts->find(u.who)) return;
  result<void> stored;
  if (auto* yes = std::get_if<post_accepted>(&*u.answer)) {
    if (yes->text) {
      u.draft.text = *std::move(yes->text);
      stored = u.draft.kind == entry_kind::topic ? make_topic(u.draft.text, services_.limits)
                                                 : make_sayable(u.draft.text, services_.limits);
    }
  } else {
    stored = refusal_by_host(std::get<host_refusal>(*u.answer));
  }
  if (stored) {
    u.draft.time = services_.time.wall_now(); // entries are in the order of their times
    return room_.append(u.author, u.who, std::move(u.draft), std::move(u.ref));
  }
  if (!author) return;
  author->refuse(u.ref, stored.error());
  author->end(work::post);
}

} // namespace asio_chat
