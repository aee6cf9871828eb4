#include "ops/exposure.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>

namespace asio_chat::ops {

namespace {

bool is_this_machine_only(const listen_address& a) {
  if (a.host == "localhost") return true;
  error_code not_an_address;
  const auto address = boost::asio::ip::make_address(a.host, not_an_address);
  return !not_an_address && address.is_loopback();
}

} // namespace

bool is_open_to_strangers(const settings& s) {
  const bool asks = s.server.passphrase.has_value() || !s.passphrase_file.empty() ||
                    s.server.tls.clients == client_certificates::required;
  return !asks && !std::ranges::all_of(s.listen, is_this_machine_only);
}

} // namespace asio_chat::ops
