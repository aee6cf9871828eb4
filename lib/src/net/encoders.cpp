#include "net/encoders.hpp"

#include "wire/native_codec.hpp"
#include "wire/text_codec.hpp"

#include <utility>
#include <variant>

namespace asio_chat::net {

void encode_once::encode_anew(const shared_event& e) {
  bytes_ = {};
  last_ = e;
  std::string bytes = encode_(e->value);
  if (bytes.empty()) return;
  const bool for_many = std::holds_alternative<entry>(e->value);
  bytes_ = for_many ? entries_.append(std::move(bytes)) : share(std::move(bytes));
}

encoders::encoders()
    : text([](const event& e) { return wire::text::encode(e); })
    , native([](const event& e) { return wire::native::encode(e); }) {}

} // namespace asio_chat::net
