// A copy of a key ring that goes with a backup, sealed under a passphrase.
#pragma once

#include "base/atomic_file.hpp"
#include "journal/sqlite/backup.hpp"
#include "journal/sqlite/secret_key.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::sqlite {

/// What one try of a passphrase costs (Argon2id): its owner, and who guesses. It is written into
/// the copy.
struct passphrase_cost {
  std::uint64_t passes;
  std::uint64_t memory; ///< bytes
};
/// libsodium's "moderate": about a second.
inline constexpr passphrase_cost usual_cost{3, 256 * 1024 * 1024};

/// Where the copy of the keys is of a backup in `file`.
inline std::string key_copy_of(const std::string& file) {
  return file + ".keys";
}

/// Makes a file, which has to be published as `path`, of the keys of the ring at `ring`, which may
/// be in use. It tells nothing without the passphrase, and needs no master key with it.
/// @param masters is asked after the passphrase was stretched, which takes a second: the master key
///   may be a new one by then
/// @param as_reader for the ring, and for what is made beside it meanwhile
result<atomic_file> make_key_copy(const std::string& path, const std::string& ring,
                                  const std::function<std::vector<secret_key>()>& masters,
                                  std::string_view passphrase, passphrase_cost cost = usual_cost,
                                  const act_as_reader& as_reader = {});

/// Makes a ring of the copy at `path`, as a new file at `ring`, under the first of `masters`.
result<void> place_key_copy(const std::string& path, std::string_view passphrase,
                            const std::string& ring, std::vector<secret_key> masters);

} // namespace asio_chat::sqlite
