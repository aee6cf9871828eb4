// What search compares: the words of a text.
#pragma once

#include "journal/journal.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace asio_chat {

/// The words of a text, folded, sorted, each once. A word is a run
/// of letters and digits; letters of scripts that are written without spaces (Han, Kana, Thai …)
/// are words of their own.
/// @param text valid UTF-8
std::vector<std::string> words_in(std::string_view text);

/// Whether an entry is what a query looks for, by reading all of it: what an index must agree with.
bool matches(const search_query& q, const entry& e);

} // namespace asio_chat
