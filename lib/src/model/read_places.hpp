// How far an account has read a room, as its clients hear of it.
#pragma once

#include <asio_chat/event.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat {

/// `home 41`
std::string read_item(std::string_view room, std::uint64_t offset);

/// What a server tells the other connections of an account: an answer to no request, without a line
/// for a person.
reply news_of_reads(std::vector<std::string> items);

} // namespace asio_chat
