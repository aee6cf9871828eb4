// Writing log records without ceremony.
#pragma once

#include <asio_chat/log.hpp>

#include <initializer_list>
#include <string_view>
#include <utility>

namespace asio_chat {

/// A log function that may be empty.
class logger {
 public:
  explicit logger(log_function f)
      : function_(std::move(f)) {}

  void operator()(severity s, std::string_view message,
                  std::initializer_list<log_field> fields = {}) const {
    if (function_) function_(s, message, {fields.begin(), fields.size()});
  }

 private:
  log_function function_;
};

} // namespace asio_chat
