// What a client says and hears over one connection, in the version that was agreed on.
#pragma once

#include "wire/native_codec.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::wire {

/// One for each connection: version 2 refers to what was said before.
class client_codec {
 public:
  virtual ~client_codec() = default;

  /// A whole frame, header included.
  virtual std::string encode(const native::request& r) = 0;
  /// Adds what a payload says, which may be several messages or none.
  /// @return why it cannot be read; `errc::unknown_type`: a client passes over it
  virtual std::optional<failure> parse(std::string_view payload,
                                       std::vector<native::message>& into) = 0;
};

/// @param alpn the name that was agreed on; with any but that of version 2 it is version 1
std::unique_ptr<client_codec> make_client_codec(std::string_view alpn);

} // namespace asio_chat::wire
