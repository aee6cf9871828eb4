// What may be said in a room.
#pragma once

#include <asio_chat/error.hpp>
#include <asio_chat/limits.hpp>

#include <string>

namespace asio_chat {

/// Not nothing, and nothing is what cannot be seen; not more than the limit. White space at the end
/// and what harms a reader is removed from it.
result<void> make_sayable(std::string& text, const limits& allowed);

/// The same of a topic; an empty one removes the topic.
result<void> make_topic(std::string& text, const limits& allowed);

} // namespace asio_chat
