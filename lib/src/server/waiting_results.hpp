// Handlers of operations whose answers come through a std::function.
#pragma once

#include "transport/completion.hpp"

#include <asio_chat/error.hpp>

#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace asio_chat {

inline failure server_is_stopping() {
  return fail(errc::server_stopping, "the server is stopping");
}

inline failure operation_cancelled() {
  return {boost::asio::error::operation_aborted, "the operation was cancelled"};
}

/// Whether the operation may end although it has an effect all the same.
inline bool may_have_effects(boost::asio::cancellation_type type) {
  using enum boost::asio::cancellation_type;
  return (type & (terminal | partial)) != none;
}

/// What cancels an operation before its answer is there.
enum class cancelled_by : std::uint8_t {
  any_type,
  types_with_effects, ///< it is carried out all the same
};

/// Keeps each handler at a place of its own, which is used again, and gives out a ticket for it
/// that a std::function holds without allocating. What is answered twice, or was cancelled before,
/// is answered once.
template <class T>
class waiting_results final : public std::enable_shared_from_this<waiting_results<T>> {
 public:
  using handler_type = boost::asio::any_completion_handler<void(result<T>)>;

  struct ticket {
    std::uint32_t place;
    std::uint32_t turn; ///< of those that had the place
  };

  explicit waiting_results(const transport::completion_owner& owner)
      : owner_(owner) {}

  ticket add(handler_type handler, cancelled_by by) {
    if (free_.empty()) {
      free_.push_back(static_cast<std::uint32_t>(places_.size()));
      places_.emplace_back();
    }
    const std::uint32_t at = free_.back();
    free_.pop_back();
    const ticket t{at, places_[at].turn};
    const auto slot = handler.get_cancellation_slot();
    places_[at].complete = completion(owner_, std::move(handler));
    if (slot.is_connected()) cancel_by(slot, t, by);
    return t;
  }

  void complete(ticket t, result<T> how) {
    place& p = places_[t.place];
    if (p.turn != t.turn) return;
    ++p.turn;
    completion complete = std::move(p.complete);
    free_.push_back(t.place);
    complete(std::move(how));
  }

  /// Their owner goes.
  void cancel_all() {
    for (std::uint32_t at = 0; at < places_.size(); ++at)
      if (places_[at].complete) complete({at, places_[at].turn}, operation_cancelled());
  }

 private:
  using completion = transport::completion<result<T>>;
  struct place {
    std::uint32_t turn = 0;
    completion complete; ///< none: it is free
  };

  template <class Slot>
  void cancel_by(Slot slot, ticket t, cancelled_by by) {
    slot.assign([weak = this->weak_from_this(), executor = owner_.executor, t,
                 by](boost::asio::cancellation_type type) {
      if (by == cancelled_by::types_with_effects && !may_have_effects(type)) return;
      // A signal may be emitted on another thread, by a coroutine that runs elsewhere.
      boost::asio::dispatch(executor, [weak, t] {
        if (const auto self = weak.lock()) self->complete(t, operation_cancelled());
      });
    });
  }

  const transport::completion_owner owner_;
  std::vector<place> places_;
  std::vector<std::uint32_t> free_;
};

} // namespace asio_chat
