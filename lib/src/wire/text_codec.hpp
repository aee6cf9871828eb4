// The text protocol of the lessons: a name, then lines; notices between asterisks.
// docs/protocol.md is its description.
#pragma once

#include <asio_chat/close_reason.hpp>
#include <asio_chat/event.hpp>

#include <string>
#include <string_view>

namespace asio_chat::wire::text {

/// The frames that tell an event; empty where the protocol has no word for it (acknowledgements).
/// Every line of a message carries its author's name, so that a text with line breaks cannot
/// pretend to be another member's line. What does not fit a frame of 8192 bytes goes in several.
std::string encode(const event& e);

/// `* line *`; in several frames if it is too long for one, `* … more *`. Line ends become ` / `: a
/// topic in an answer cannot pretend to be another notice.
std::string encode_notice(std::string_view line);

/// The last frame before the server closes.
std::string encode(const close_reason& reason);

inline constexpr std::string_view passphrase_right = "ok";
inline constexpr std::string_view passphrase_wrong = "wrong passphrase";

} // namespace asio_chat::wire::text
