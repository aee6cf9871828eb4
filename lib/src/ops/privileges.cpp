#include "ops/privileges.hpp"

#include "base/file.hpp"
#include "base/file_access.hpp"
#include "base/sanitize.hpp"

#include <cap-ng.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace asio_chat::ops {

namespace {

/// It lives until the next one is asked for.
result<const passwd*> look_up(const std::string& name) {
  errno = 0;
  if (const passwd* user = ::getpwnam(name.c_str())) return user;
  return fail(
      errc::bad_setting,
      fmt::format("user \"{}\" {}", sanitize_for_log(name, 64, quotes::escape),
                  errno == 0 || errno == ENOENT
                      ? "is not there; make it with: adduser --system --group " + shell_word(name)
                      : "cannot be looked up: " + errno_text(errno)));
}

} // namespace

result<uid_t> find_user(const std::string& name) {
  const auto user = look_up(name);
  if (!user) return user.error();
  return (*user)->pw_uid;
}

result<void> become_user(const std::string& name) {
  const std::string shown = sanitize_for_log(name, 64, quotes::escape);
  const auto found = look_up(name);
  if (!found) return found.error();
  const passwd* user = *found;
  if (user->pw_uid == 0)
    return fail(errc::bad_setting, fmt::format("user \"{}\" is root; name another one", shown));
  if (user->pw_uid == ::geteuid() && ::getuid() == ::geteuid()) return {};
  if (::geteuid() != 0)
    return fail(
        errc::bad_setting,
        fmt::format("user \"{}\" can be taken only when asio-chatd is started as root; this "
                    "is {}: leave user out",
                    shown, user_text(::geteuid())));
  ::capng_clear(CAPNG_SELECT_BOTH);
  ::capng_update(CAPNG_ADD, static_cast<capng_type_t>(CAPNG_EFFECTIVE | CAPNG_PERMITTED),
                 CAP_NET_BIND_SERVICE);
  const int done =
      ::capng_change_id(static_cast<int>(user->pw_uid), static_cast<int>(user->pw_gid),
                        static_cast<capng_flags_t>(CAPNG_INIT_SUPP_GRP | CAPNG_CLEAR_BOUNDING));
  // What cannot be undone is seen to be so.
  if (done != 0 || ::setuid(0) == 0)
    return fail(errc::bad_setting,
                fmt::format("user \"{}\" cannot be taken ({})", shown, errno_text(errno)));
  return {};
}

acting_as_owner::acting_as_owner(const std::string& directory, root_reads what) {
  struct stat owner {};
  if (::geteuid() != 0 || ::stat(directory.c_str(), &owner) != 0 || owner.st_uid == 0) return;
  groups_.resize(static_cast<std::size_t>(std::max(0, ::getgroups(0, nullptr))));
  groups_.resize(static_cast<std::size_t>(
      std::max(0, ::getgroups(static_cast<int>(groups_.size()), groups_.data()))));
  const passwd* user = ::getpwuid(owner.st_uid);
  const int grouped =
      user ? ::initgroups(user->pw_name, owner.st_gid) : ::setgroups(1, &owner.st_gid);
  // The files would be root's, and the daemon could not use them.
  if (grouped != 0 || ::setegid(owner.st_gid) != 0 || ::seteuid(owner.st_uid) != 0)
    throw error(fail(errc::not_available, fmt::format("cannot act as {}: {}",
                                                      user_text(owner.st_uid), errno_text(errno))));
  acts_ = true;
  // Directories above it may be closed to the owner: those that systemd makes for DynamicUser= are.
  // Root may go on looking through them; it writes as the owner alone.
  if (what == root_reads::as_owner &&
      ::faccessat(AT_FDCWD, directory.c_str(), X_OK, AT_EACCESS) == 0)
    return;
  ::capng_get_caps_process();
  ::capng_update(CAPNG_ADD, CAPNG_EFFECTIVE, CAP_DAC_READ_SEARCH);
  ::capng_apply(CAPNG_SELECT_CAPS); // else what comes next tells what it cannot open
}

acting_as_owner::~acting_as_owner() {
  if (acts_ &&
      (::seteuid(0) != 0 || ::setegid(0) != 0 || ::setgroups(groups_.size(), groups_.data()) != 0))
    std::abort(); // it was root
}

confined_part give_up_privileges(const confinement& needed) {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return {"privileges", "", "no_new_privs failed: " + errno_text(errno)};
  if (::geteuid() == 0) return {"privileges", "", "this is root; name another user with --user"};
  const bool low =
      std::ranges::any_of(needed.listen, [](auto port) { return port != 0 && port < 1024; });
  ::capng_get_caps_process();
  const bool keeps = low && ::capng_have_capability(CAPNG_PERMITTED, CAP_NET_BIND_SERVICE) == 1;
  ::capng_clear(CAPNG_SELECT_CAPS);
  if (keeps)
    ::capng_update(CAPNG_ADD, static_cast<capng_type_t>(CAPNG_EFFECTIVE | CAPNG_PERMITTED),
                   CAP_NET_BIND_SERVICE);
  if (::capng_apply(CAPNG_SELECT_CAPS) != 0)
    return {"privileges", "", "they cannot be given up: " + errno_text(errno)};
  return {"privileges", keeps ? "to listen below 1024" : "none", ""};
}

} // namespace asio_chat::ops
