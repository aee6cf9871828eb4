// `asio-chat/1`: a JSON object per frame. docs/protocol.md
#pragma once

#include "net/protocols/protocol_table.hpp"

namespace asio_chat::net {

protocol_row native_protocol();

} // namespace asio_chat::net
