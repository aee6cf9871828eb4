// Texts are destroyed while the journal is in use.
#pragma once

#include "journal/sqlite/operation.hpp"
#include "journal/sqlite/store_parts.hpp"

#include <asio_chat/error.hpp>

namespace asio_chat::sqlite {

/// Destroys the keys of texts, in one commit of the key ring, and takes their words out of the
/// search index. What older copies of the journal have of these words in their index goes at the
/// next start: see `key_ring::destroy_searches`. A text from before texts had keys of their own is
/// refused; see `erase_texts` for those.
result<void> destroy_texts(store_parts& s, const destroy_operation& what);

} // namespace asio_chat::sqlite
