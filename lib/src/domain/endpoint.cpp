#include "domain/endpoint.hpp"

#include "domain/hub.hpp"

namespace asio_chat {

bool endpoint::is_time_for(turn t) const noexcept {
  switch (t) {
  case turn::at_once:
    return true;
  case turn::after_posts:
    return load_of(work::post).empty();
  case turn::after_answers:
    return load_of(work::post).empty() && load_of(work::answer).empty() &&
           load_of(work::opening).empty();
  case turn::last:
    return is_time_for(turn::after_answers) && catching_up_ == 0;
  }
  return true;
}

void endpoint::go_on_later() {
  if (goes_on_ || !is_time_for(waiting_.front().when)) return;
  goes_on_ = true;
  hub_.go_on_later(*this);
}

} // namespace asio_chat
