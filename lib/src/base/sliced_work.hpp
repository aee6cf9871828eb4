// Long work in short pieces, so that what else is to be done comes in between.
#pragma once

#include "base/scheduler.hpp"

#include <functional>
#include <memory>

namespace asio_chat {

/// Does a slice of one piece of work in each task of a scheduler, of each in turn: one that
/// asks for much does not hold up those that ask for little. What is not done when this object goes
/// is not done at all.
class sliced_work {
 public:
  /// Does a little, never inside `add`; returns whether there is more to do. May destroy the
  /// `sliced_work` that it belongs to.
  using slice = std::function<bool()>;

  explicit sliced_work(scheduler later);
  ~sliced_work();
  sliced_work(const sliced_work&) = delete;
  sliced_work& operator=(const sliced_work&) = delete;

  void add(slice work);

 private:
  struct state;
  std::shared_ptr<state> state_; ///< tasks on their way look whether it is still there
};

} // namespace asio_chat
