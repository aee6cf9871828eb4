// Answers on their way from the journal's threads to its caller's.
#pragma once

#include "base/scheduler.hpp"
#include "journal/log_feed.hpp"

#include <memory>
#include <utility>

namespace asio_chat::sqlite {

/// What is posted runs on the caller's thread, if the journal is still there.
class answer_post {
 public:
  /// @param feed owned by the journal, ended and let go on the caller's thread
  answer_post(scheduler later, const std::shared_ptr<log_feed>& feed)
      : later_(std::move(later))
      , feed_(feed) {}

  /// @param content goes with the task, and is destroyed with it: on this side nothing of the
  ///   caller's is ever copied or destroyed
  /// @param deliver called as `deliver(content, feed)`; an answer may be the journal's end, after
  ///   which the feed has ended
  template <class Content, class Deliver>
  void post(Content content, Deliver deliver) const {
    later_([feed = feed_, shared = std::make_shared<Content>(std::move(content)), deliver] {
      if (const auto alive = feed.lock()) deliver(*shared, *alive);
    });
  }

 private:
  scheduler later_;
  std::weak_ptr<log_feed> feed_;
};

} // namespace asio_chat::sqlite
