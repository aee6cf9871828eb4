// The text protocol of the lessons: [passphrase,] name, then lines. docs/protocol.md
#pragma once

#include "net/protocols/protocol_table.hpp"

namespace asio_chat::net {

protocol_row text_protocol();

} // namespace asio_chat::net
