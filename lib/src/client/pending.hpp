// A completion handler of the client's, which finds in the client why it failed.
#pragma once

#include "transport/completion.hpp"

#include <asio_chat/error.hpp>

#include <boost/asio/io_context.hpp>

#include <memory>
#include <utility>

namespace asio_chat::client_room {

/// Where completions go: the client's context, and where it keeps its last failure.
struct completer {
  boost::asio::io_context& context;
  std::shared_ptr<failure> last;
};

/// Sets the last failure just before the handler is called: so the handler finds there what belongs
/// to it.
template <class... Results>
class pending {
 public:
  using completion_type = transport::completion<error_code, Results...>;
  using handler_type = typename completion_type::handler_type;

  pending() = default;
  pending(const completer& to, handler_type handler)
      : complete_(to.context, std::move(handler))
      , last_(to.last) {}

  explicit operator bool() const noexcept { return static_cast<bool>(complete_); }
  const handler_type& handler() const noexcept { return complete_.handler(); }

  void succeed(Results... results) { complete_({}, std::move(results)...); }
  void fail(failure why) {
    const error_code code = why.code;
    complete_.after([last = std::move(last_),
                     why = std::make_unique<failure>(std::move(why))] { *last = std::move(*why); },
                    code, Results()...);
  }

 private:
  completion_type complete_;
  std::shared_ptr<failure> last_;
};

} // namespace asio_chat::client_room
