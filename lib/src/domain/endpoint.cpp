#include "domain/endpoint.hpp"

#include "domain/host_reason.hpp"
#include "domain/hub.hpp"

#include <algorithm>

namespace asio_chat {

void endpoint::refuse(std::string_view ref, const failure& why) const {
  ++hub_.counters().refused_requests;
  tell(refusal_of(ref, why));
}

refused refusal_of(std::string_view ref, const failure& why) {
  const bool is_ours = why.code.category() == chat_category();
  return {std::string(ref), is_ours ? static_cast<errc>(why.code.value()) : errc::not_available,
          why.message};
}

failure refusal_by_host(const host_refusal& no) {
  return fail(code_by_host(no.code, errc::not_allowed),
              reason_by_host(no.why, "you may not do that here"));
}

bool endpoint::is_time_for(turn t) const noexcept {
  switch (t) {
  case turn::at_once:
    return true;
  case turn::after_posts:
    return inflight(work::post).empty();
  case turn::after_answers:
    return inflight(work::post).empty() && inflight(work::answer).empty() &&
           inflight(work::opening).empty();
  case turn::last:
    return is_time_for(turn::after_answers) && catching_up_ == 0;
  }
  return true;
}

bool endpoint::came_by(const key_hash& key) const noexcept {
  return certificate_ && certificate_->opened && certificate_->key == key;
}

void endpoint::dismiss(const std::string& why) {
  dismissed_ = true;
  waiting_.clear();
  sink_.close({close_code::removed, why});
}

void endpoint::begin_post() {
  post_share& share = member_->share();
  hub_.post_shares_.count(share);
  // A loop and a writer who work for one member all the time leave no processor to anybody else's
  // message. Its connections share what it has.
  std::uint32_t part = 1;
  if (hub_.post_shares_.is_most(share))
    part = part_of_flood * static_cast<std::uint32_t>(member_->endpoints().size());
  if (inflight(work::post).begin(std::max(part, 1u))) add_reason_to_hold();
}

void endpoint::go_on_later() {
  if (goes_on_ || !is_time_for(waiting_.front().when)) return;
  goes_on_ = true;
  hub_.go_on_later(*this);
}

} // namespace asio_chat
