#include "ops/exposure.hpp"

#include <algorithm>

namespace asio_chat::ops {

bool is_open_to_strangers(const settings& s) {
  const bool asks = s.server.passphrase.has_value() || !s.passphrase_file.empty() ||
                    s.server.tls.clients == client_certificates::required;
  return !asks && !std::ranges::all_of(s.listen, is_loopback);
}

} // namespace asio_chat::ops
