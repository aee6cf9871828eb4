// A value, or what went wrong.
#pragma once

#include <asio_chat/errc.hpp>

#include <boost/system/result.hpp>

namespace asio_chat {

/// A value or a failure. `value()` throws the failure as an `asio_chat::error`.
template <class T>
using result = boost::system::result<T, failure>;

/// How Boost.System's `result::value()` finds out what to throw.
[[noreturn]] inline void throw_exception_from_error(const failure& f,
                                                    const boost::source_location&) {
  throw error(f);
}

} // namespace asio_chat
