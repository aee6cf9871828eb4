// Names that are shown beside those by which members are known.
#pragma once

#include <asio_chat/error.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace asio_chat {

/// The name to show: any words, letters and signs of the FreeformClass (RFC 8264), as the Nickname
/// profile has them (RFC 8266): blanks are one kind of blank, none at the ends and no two together;
/// wide and narrow forms, and capitals, stay as they are. Nothing that controls how text is shown,
/// each word seen as what it is (`check_seen_as_it_is`), and no word that stands for the server.
result<std::string> check_displayed_name(std::string_view name);

/// What it may be taken for, as `looks_of` has it: as a whole, and without what is no letter or
/// digit. No order, and none of them twice.
/// @param name as `check_displayed_name` lets it pass
std::vector<std::string> looks_of_displayed(std::string_view name);

/// The same, and what it is in a hurry: `l`, `I` and `1` are one, and `O` and `0`. For looking up,
/// and nothing to keep.
std::vector<std::string> mistaken_for(std::string_view name);

} // namespace asio_chat
