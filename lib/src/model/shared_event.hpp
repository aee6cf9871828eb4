// An event with many receivers.
#pragma once

#include <asio_chat/event.hpp>

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <utility>

namespace asio_chat {

/// Never changes; lives as long as somebody refers to it. The count is not atomic.
class event_block : public boost::intrusive_ref_counter<event_block, boost::thread_unsafe_counter> {
 public:
  explicit event_block(event e)
      : value(std::move(e)) {}
  const event value;
};

using shared_event = boost::intrusive_ptr<const event_block>;

inline shared_event share(event e) {
  return shared_event(new event_block(std::move(e)));
}

} // namespace asio_chat
