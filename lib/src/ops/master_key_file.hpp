// The key that seals the history: where it comes from, and that it is there at all.
#pragma once

#include "base/logger.hpp"
#include "ops/settings.hpp"

#include <string>
#include <vector>

namespace asio_chat::ops {

/// 64 hexadecimal digits on each line; blank lines and those that begin with # do not count. The
/// first key seals, all of them open.
result<std::vector<std::string>> read_master_keys(const std::string& path);

/// The file that the master keys are in: `master_key_file`, the systemd credential `master-key`, or
/// `master.key` of the data directory. Empty if they are in CHAT_MASTER_KEY.
std::string master_key_path(const settings& s);

/// Writes a new key before those that are in the file.
result<void> put_new_master_key(const std::string& path);

/// Sets `server.storage`, unless the history is to be in memory. The keys are, in this order, those
/// of `master_key_file`, CHAT_MASTER_KEY, the systemd credential `master-key`, and `master.key` of
/// the data directory, which is made, with a warning that names it, if it is not there.
result<void> prepare_storage(settings& s, const logger& log);

/// Likewise for a directory that gets a history from elsewhere. It may be another user's, who then
/// gets the key that is made.
result<void> prepare_restored_storage(settings& s, const logger& log);

/// Likewise for one whose first history is made before the daemon starts: by root also as the user
/// who the daemon will be.
result<void> prepare_first_storage(settings& s, const logger& log);

/// Likewise, but nothing is made: no keys are set if this would be the first start, and its key is
/// still to be made.
result<void> check_storage(settings& s);

/// Likewise where there is a history: nothing is made.
result<void> find_storage(settings& s);

} // namespace asio_chat::ops
