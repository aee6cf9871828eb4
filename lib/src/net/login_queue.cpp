#include "net/login_queue.hpp"

namespace asio_chat::net {

void login_queue::admit(credentials c, admit_done done) {
  if (!turn_taken_) {
    begin_turn();
    return then_->admit(std::move(c), std::move(done));
  }
  auto& line = c.token && is_known_(*c.token) ? known_ : new_;
  line.push_back({std::move(c), std::move(done)});
}

void login_queue::begin_turn() {
  turn_taken_ = true;
  later_([weak = std::weak_ptr(self_)] {
    if (const auto alive = weak.lock()) (*alive)->take_turn();
  });
}

void login_queue::take_turn() {
  turn_taken_ = false;
  if (known_.empty() && new_.empty()) return;
  const bool is_new = known_.empty() || (!new_.empty() && in_a_row_ >= known_in_a_row);
  in_a_row_ = is_new || new_.empty() ? 0 : in_a_row_ + 1;
  auto& line = is_new ? new_ : known_;
  waiting next = std::move(line.front());
  line.pop_front();
  begin_turn();
  then_->admit(std::move(next.who), std::move(next.done));
}

} // namespace asio_chat::net
