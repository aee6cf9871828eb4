#include "net/encoders.hpp"

#include "wire/native_codec.hpp"
#include "wire/text_codec.hpp"

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

encoders::encoders()
    : waiting(new byte_meter)
    , text(
          0, [](const event& e) { return wire::text::encode(e); }, waiting)
    , native(
          1, [](const event& e) { return wire::native::encode(e); }, waiting) {}

} // namespace asio_chat::net
