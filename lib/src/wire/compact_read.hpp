// How a payload is read that may be wrong in any way.
#pragma once

#include "wire/compact_fields.hpp"

#include <protozero/exception.hpp>

#include <string>
#include <utility>

namespace asio_chat::wire::compact {

/// What `read` gives, or why it cannot.
/// @param ref what the answer to the message names, as far as that was read
template <class T, class Read>
native::decoded<T> read_whole(const std::string& ref, Read read) {
  try {
    return T(read());
  } catch (const unreadable& e) {
    return native::bad_message{ref, e.why};
  } catch (const protozero::exception& e) {
    return native::bad_message{
        ref, fail(errc::protocol_error, std::string("not a protobuf message: ") + e.what())};
  }
}

} // namespace asio_chat::wire::compact
