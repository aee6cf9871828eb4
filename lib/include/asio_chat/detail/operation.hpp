// Internal: how an asynchronous operation of a public class begins.
#pragma once

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/async_result.hpp>

#include <type_traits>
#include <utility>

namespace asio_chat::detail {

/// Begins an operation when a handler is there. Knows the executor, as initiations of Asio do.
template <class Owner, class Signature, class Function>
struct initiation {
  using executor_type = typename Owner::executor_type;
  executor_type get_executor() const noexcept { return self->get_executor(); }

  template <class Handler, class... Args>
  void operator()(Handler&& h, Args&&... args) const {
#ifndef NDEBUG
    self->check_call(name);
#endif
    (self->*start)(boost::asio::any_completion_handler<Signature>(std::forward<Handler>(h)),
                   std::forward<Args>(args)...);
  }

  Owner* self;
  const char* name;
  Function start;
};

/// @param name of the operation, for the sentence about a call on a wrong thread
/// @param start a member function: takes the handler, then `args`
template <class Signature, class Token, class Owner, class Function, class... Args>
auto begin_operation(Owner* self, const char* name, Function start,
                     std::type_identity_t<Token>& token, Args... args) {
  return boost::asio::async_initiate<Token, Signature>(
      initiation<Owner, Signature, Function>{self, name, start}, token, std::move(args)...);
}

} // namespace asio_chat::detail
