// A function object whose memory is recycled.
#pragma once

#include "base/recycled.hpp"

#include <utility>

namespace asio_chat {

/// For a `std::function`, which has no room for it in itself.
template <class Call>
class recycled_call : public recycled<recycled_call<Call>> {
 public:
  explicit recycled_call(Call c)
      : call_(std::move(c)) {}
  template <class... Arguments>
  void operator()(Arguments&&... with) {
    call_(std::forward<Arguments>(with)...);
  }

 private:
  Call call_;
};

} // namespace asio_chat
