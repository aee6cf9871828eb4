// The journal of a server that has no directory, for hosts that build their own upon it.
#pragma once

#include <asio_chat/detail/abi.hpp>
#include <asio_chat/journal.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace asio_chat {

struct memory_journal_limits {
  std::size_t entries_per_room = 10'000; ///< the newest of them are kept
  std::size_t bytes_per_room = 8u << 20;
  std::size_t bytes = 256u << 20; ///< of all rooms together
};

/// Logs in memory, which end with the journal. It answers on the executor.
/// @param epoch of the first logs; a journal that is made later needs a greater one. 0: the time of
/// day in milliseconds
std::unique_ptr<journal> make_memory_journal(const boost::asio::any_io_executor& executor,
                                             const memory_journal_limits& limits = {},
                                             std::uint64_t epoch = 0);

} // namespace asio_chat
