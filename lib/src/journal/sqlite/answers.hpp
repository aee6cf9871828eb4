// Answers on their way from the journal's threads to its caller's.
#pragma once

#include "base/scheduler.hpp"

#include <memory>
#include <utility>

namespace asio_chat::sqlite {

/// What is posted runs on the caller's thread, if the journal is still there.
class answer_post {
 public:
  /// @param alive owned by the journal, and let go on the caller's thread
  answer_post(scheduler later, const std::shared_ptr<void>& alive)
      : later_(std::move(later))
      , alive_(alive) {}

  /// @param content goes with the task, and is destroyed with it: on this side nothing of the
  ///   caller's is ever copied or destroyed
  /// @param deliver called as `deliver(content, wanted)`; an answer may be the journal's end, after
  ///   which `wanted()` is false
  template <class Content, class Deliver>
  void post(Content content, Deliver deliver) const {
    later_([alive = alive_, shared = std::make_shared<Content>(std::move(content)), deliver] {
      const auto wanted = [&] { return !alive.expired(); };
      if (wanted()) deliver(*shared, wanted);
    });
  }

 private:
  scheduler later_;
  std::weak_ptr<void> alive_;
};

} // namespace asio_chat::sqlite
