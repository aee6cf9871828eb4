// Why an operation failed, in words.
#pragma once

#include <string>
#include <utility>

namespace asio_chat {

/// The sentence that explains the error code of one operation: what was wrong, where, and what to
/// do. Pass one to an operation, and keep it until the handler of that operation is called. It is
/// empty from the call on, and stays so if the operation succeeds.
///
///     auto why = std::make_shared<asio_chat::diagnostics>();
///     chat.async_connect(*why, [why](asio_chat::error_code e, asio_chat::connected) {
///       if (e) std::cerr << why->message() << '\n';
///     });
class diagnostics {
 public:
  const std::string& message() const noexcept { return message_; }
  void clear() noexcept { message_.clear(); }
  /// For the library: the sentence of an operation that has failed.
  void assign(std::string message) noexcept { message_ = std::move(message); }

 private:
  std::string message_;
};

} // namespace asio_chat
