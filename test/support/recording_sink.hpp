// A sink that records the events that a member receives.
#pragma once

#include "domain/sink.hpp"
#include "wire/reply_lines.hpp"
#include "wire/text_codec.hpp"

#include <optional>
#include <string>
#include <vector>

namespace asio_chat::test {

class recording_sink final : public sink {
 public:
  backpressure deliver(const shared_event& e) override {
    events.push_back(e->value);
    if (auto* r = std::get_if<reply>(&events.back())) wire::fill_lines(*r);
    return full() ? backpressure::blocked : backpressure::ready;
  }
  bool full() const noexcept override { return room_for <= events.size(); }
  void hold(bool on) override { held = on; }
  void wind_down(const close_reason& reason) override { winds_down = reason; }
  void close(close_reason reason) override { closed = std::move(reason); }
  answers::protection protection() const override { return shielded; }

  /// The events of one kind, in order.
  template <class T>
  std::vector<T> all() const {
    std::vector<T> found;
    for (const event& e : events) {
      if (const T* t = std::get_if<T>(&e)) found.push_back(*t);
    }
    return found;
  }
  template <class T>
  T last() const {
    const auto found = all<T>();
    return found.empty() ? T{} : found.back();
  }

  std::vector<event> events;
  answers::protection shielded;           ///< by TLS; it is not
  std::size_t room_for = ~std::size_t{0}; ///< the sink is full at so many events
  bool held = false;
  std::optional<close_reason> winds_down;
  std::optional<close_reason> closed;
};

} // namespace asio_chat::test
