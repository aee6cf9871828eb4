// `asio-chat/2`: protobuf messages, groups of entries. docs/protocol.md
#pragma once

#include "net/protocols/protocol_table.hpp"

namespace asio_chat::net {

protocol_row compact_protocol();

} // namespace asio_chat::net
