// Foreign text made harmless.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace asio_chat::tls {

/// Printable ASCII as it is, everything else as `?`.
inline std::string printable(std::string_view foreign) {
  std::string text(foreign);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return text;
}

} // namespace asio_chat::tls
