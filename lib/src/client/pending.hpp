// A completion handler of the client's, and where it is explained why the operation failed.
#pragma once

#include "transport/completion.hpp"

#include <asio_chat/diagnostics.hpp>
#include <asio_chat/error.hpp>

#include <utility>

namespace asio_chat::client_room {

/// One that was completed already, or has no handler, does nothing.
template <class... Results>
class pending {
 public:
  using completion_type = transport::completion<error_code, Results...>;
  using handler_type = typename completion_type::handler_type;

  pending() = default;
  /// @param why null: nobody wants to know; else it must live until the handler is called
  pending(const transport::completion_owner& owner, handler_type handler,
          diagnostics* why = nullptr)
      : complete_(owner, std::move(handler))
      , why_(why) {
    if (why_) why_->clear();
  }

  explicit operator bool() const noexcept { return static_cast<bool>(complete_); }

  void succeed(Results... results) {
    if (complete_) complete_({}, std::move(results)...);
  }
  void fail(failure how) {
    if (!complete_) return;
    if (why_) why_->assign(std::move(how.message));
    complete_(how.code, Results()...);
  }
  /// The same without a copy of the sentence where nobody wants to know.
  void fail(const error_code& code, const char* sentence) {
    if (!complete_) return;
    if (why_) why_->assign(sentence);
    complete_(code, Results()...);
  }

 private:
  completion_type complete_;
  diagnostics* why_ = nullptr;
};

} // namespace asio_chat::client_room
