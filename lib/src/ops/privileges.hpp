// The user that the daemon is, if it is started as root.
#pragma once

#include "ops/confinement.hpp"

#include <string>
#include <vector>

#include <sys/types.h>

namespace asio_chat::ops {

/// Becomes the user `name`, with the groups that it has, for ever. Of root's privileges nothing is
/// left but that of listening on ports below 1024.
/// @returns a failure (`errc::bad_setting`) if there is no such user, or this is not root
result<void> become_user(const std::string& name);

/// The number of a user.
result<uid_t> find_user(const std::string& name);

/// What root may read while it acts as another user.
enum class root_reads {
  as_owner,   ///< what that user may, and what is under directories that are closed to that user
  everything, ///< files that root has named may be root's
};

/// What root makes meanwhile is the owner's of that directory; of another user nothing changes.
class acting_as_owner {
 public:
  explicit acting_as_owner(const std::string& directory, root_reads what = root_reads::as_owner);
  ~acting_as_owner();
  acting_as_owner(const acting_as_owner&) = delete;
  acting_as_owner& operator=(const acting_as_owner&) = delete;

 private:
  bool acts_ = false;
  std::vector<gid_t> groups_; ///< root's own
};

/// Gives up what is left of them, unless that is needed to listen, and the way to get any back: no
/// set-user-id program has an effect.
/// @returns the part `privileges`
confined_part give_up_privileges(const confinement& needed);

} // namespace asio_chat::ops
