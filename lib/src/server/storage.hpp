// Where a server keeps the logs of its rooms.
#pragma once

#include "accounts/name_store.hpp"
#include "accounts/people_store.hpp"
#include "base/clock.hpp"
#include "base/logger.hpp"
#include "base/scheduler.hpp"
#include "base/work_watch.hpp"

#include <asio_chat/journal.hpp>
#include <asio_chat/server_config.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace asio_chat {

struct storage {
  std::unique_ptr<journal> logs;
  name_store* names = nullptr;    ///< a side of `logs`; null: names are held in memory alone
  people_store* people = nullptr; ///< likewise
  /// Instead of those that it was opened with; empty in memory.
  std::function<result<void>(const std::vector<std::string>&)> take_master_keys{};
  using keys_taken = std::function<void(result<void>)>;
  /// The same beside what else is done, one after the other; empty in memory. A failure instead of
  /// keys is the answer, in its turn.
  std::function<void(const result<std::vector<std::string>>&, keys_taken)> take_master_keys_later{};
};

/// In the directory that the configuration names, with the host, or in memory.
/// @param of_host null: it has none
/// @param watch of what is done in memory on the caller's thread; may be null
/// @throws asio_chat::error if directory, files or keys cannot be used
storage open_storage(const scheduler& later, const server_config& config,
                     std::shared_ptr<journal> of_host, const clock& time, const logger& log,
                     work_watch* watch = nullptr);

} // namespace asio_chat
