#include "net/protocols/encoder.hpp"

#include <utility>
#include <variant>

namespace asio_chat::net {

shared_bytes encode_once::lay_down(std::string bytes, const event& e) {
  if (bytes.empty()) return {};
  const bool for_many = std::holds_alternative<entry>(e);
  return for_many ? entries_.append(std::move(bytes)) : share(std::move(bytes), meter_);
}

std::vector<shared_bytes> encode_once::parts_of(const entry_group& g) {
  std::vector<shared_bytes> parts;
  for (const shared_event& e : g.entries()) {
    const shared_bytes& bytes = (*this)(e);
    if (parts.empty() || !parts.back().extend(bytes)) parts.push_back(bytes);
  }
  return parts;
}

} // namespace asio_chat::net
