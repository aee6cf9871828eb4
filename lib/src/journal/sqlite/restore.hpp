// Puts a backup into the place of the journal.
#pragma once

#include "journal/sqlite/backup.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace asio_chat::sqlite {

struct restore_request {
  std::string file;      ///< the backup; what is named `key_copy_of` it are its keys
  std::string directory; ///< is there, and no daemon uses it
  std::vector<secret_key> masters;
  /// Asked for where the keys are taken from beside the backup.
  std::function<result<std::string>()> passphrase;
  act_as_reader as_reader = {}; ///< of the backup
};

struct restore_report {
  struct loss {
    std::string room;
    std::uint64_t first = 0; ///< offsets
    std::uint64_t last = 0;
  };

  verify_report restored;
  bool with_keys = false;    ///< `keys.db` is made of the copy beside the backup
  std::string moved_journal; ///< where the journal is that was there before; empty: none was
  std::vector<loss> lost;    ///< what that one has beyond the backup, by room
  std::string unknown_loss;  ///< why nobody can tell; empty: `lost` is all of it
};

/// Verifies the backup with the keys that are in the directory, or, where there are none, with
/// those beside the backup, and moves it into its place when it is whole. Nothing is overwritten:
/// the journal that is there gets another name. Where root does this, the files belong to the owner
/// of the directory afterwards. If the process ends on the way, the directory has the old journal,
/// or none, with which no daemon starts, or the new one: it can be done again.
result<restore_report> restore(const restore_request& r, const progress_function& tell = {});

} // namespace asio_chat::sqlite
