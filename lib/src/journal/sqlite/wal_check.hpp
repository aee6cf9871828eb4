// Whether a write-ahead log has committed transactions that SQLite would drop without a word.
#pragma once

#include "journal/sqlite/database.hpp"

#include <asio_chat/error.hpp>

namespace asio_chat::sqlite {

/// To be asked before SQLite opens a database whose last user may have been killed: it takes the
/// log up to the first frame that is not as it was written, and forgets what stands behind, since
/// that is how a transaction ends that the power has cut off. But no transaction is begun before
/// the one before is on the disk; so a frame that is bad, and has another transaction behind it, is
/// damage.
///
/// The last transaction of a log can be damaged or torn: nothing tells. Only reads, and may be
/// asked while another process writes. Takes as long as reading the log.
/// @return a failure that names file, frame and byte, how much stands behind, and the ways out
result<void> check_wal(const database_file& f);

} // namespace asio_chat::sqlite
