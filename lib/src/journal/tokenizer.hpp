// What search compares: a text cut into words.
#pragma once

#include <asio_chat/search_query.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat {

/// Calls `take` with each word of a text, folded, in the order of the text; a word that occurs
/// twice is given twice. The view is good for the call alone. Folded is what Unicode calls
/// NFKC_Casefold: capitals and small letters, composed and decomposed, wide, narrow and ligature
/// forms are the same, and invisible characters are gone. A word is a run of letters and digits,
/// with the marks on them; letters of scripts that are written without spaces (Han, Kana, Thai …)
/// are words of their own. A change of any of this needs a new version of the search index
/// (`journal_schema`).
/// @param text valid UTF-8
void for_each_word(std::string_view text, const std::function<void(std::string_view)>& take);

/// The words of a text, sorted, each once.
std::vector<std::string> words_in(std::string_view text);

} // namespace asio_chat
