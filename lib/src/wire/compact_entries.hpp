// Reading what the server sends in groups.
#pragma once

#include "wire/compact_codec.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace asio_chat::wire::compact {

/// Messages that one ack is of, at most.
inline constexpr std::size_t max_run = 65'536;

// All throw `unreadable` and what protozero throws.
void read_log(std::string_view body, heard_logs& heard);
std::vector<native::message> entries_in(std::string_view body, heard_logs& heard);
std::vector<native::message> acks_in(std::string_view body, client_memory& of_client);

} // namespace asio_chat::wire::compact
