#include "journal/memory_journal.hpp"
#include "transport/loop_time.hpp"

#include <asio_chat/memory_journal.hpp>

#include <boost/asio/post.hpp>

#include <functional>
#include <utility>

namespace asio_chat {

std::unique_ptr<journal> make_memory_journal(const boost::asio::any_io_executor& executor,
                                             const memory_journal_limits& limits,
                                             std::uint64_t epoch) {
  if (epoch == 0) {
    const auto now = transport::time_on(executor)->wall_now().time_since_epoch();
    epoch = static_cast<std::uint64_t>(now.count());
  }
  memory_journal::bounds b;
  b.entries_per_room = limits.entries_per_room;
  b.bytes_per_room = limits.bytes_per_room;
  b.bytes = limits.bytes;
  return std::make_unique<memory_journal>(
      [executor](std::function<void()> task) { boost::asio::post(executor, std::move(task)); },
      epoch, b);
}

} // namespace asio_chat
