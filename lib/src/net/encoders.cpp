#include "net/encoders.hpp"

#include "wire/native_codec.hpp"
#include "wire/text_codec.hpp"

namespace asio_chat::net {

encoders::encoders()
    : text([](const event& e) { return wire::text::encode(e); })
    , native([](const event& e) { return wire::native::encode(e); }) {}

} // namespace asio_chat::net
