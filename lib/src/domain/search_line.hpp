// What `/search` is asked.
#pragma once

#include <asio_chat/journal.hpp>

#include <asio_chat/error.hpp>

#include <string_view>

namespace asio_chat {

/// `WORDS [from:NAME] [before:DATE] [after:DATE] [in:ROOM]`, in any order; of two parts of the same
/// kind the last one counts, and any other part is words, `note:this` and `"quoted"` too.
/// A DATE is `2026-11-21` or `2026-11-21T10:07`, in UTC; `after:` has entries from that moment on,
/// `before:` those up to it. The room is empty if none is named.
/// @param arguments valid UTF-8
result<search_query> parse_search_line(std::string_view arguments);

} // namespace asio_chat
