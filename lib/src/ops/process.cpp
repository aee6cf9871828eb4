#include "ops/process.hpp"

#include "base/descriptor_reserve.hpp"
#include "base/standard_streams.hpp"
#include "ops/setting_table.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <initializer_list>

#include <malloc.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace asio_chat::ops {

namespace {

// Standard streams, the loop, signals, journal and keys while they write: about 20; and a few files
// that are read again. What is opened later has its own.
constexpr std::uint64_t opened_at_start = 24;
constexpr std::uint64_t kept = opened_at_start + descriptor_reserve;

} // namespace

void harden_process() noexcept {
  keep_standard_streams();
  // Secrets and what people write are in this memory. That one of these is refused (by a sandbox)
  // is no reason not to start.
  const rlimit no_core{0, 0};
  (void)::setrlimit(RLIMIT_CORE, &no_core);
  (void)::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  (void)::umask(077);
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    (void)::setrlimit(RLIMIT_NOFILE, &files);
  }
  (void)std::signal(SIGPIPE, SIG_IGN);
}

void keep_freed_memory() noexcept {
  constexpr int MiB = 1 << 20;
  ::mallopt(M_TRIM_THRESHOLD, 64 * MiB);
  ::mallopt(M_TOP_PAD, 8 * MiB);
  ::mallopt(M_MMAP_THRESHOLD, 1 * MiB); // setting one of them fixes this one as well, at 128 KiB
}

void forget_secrets_in_environment() noexcept {
  for (const char* name : {"CHAT_SECRET", "CHAT_KEY_PASSPHRASE", "CHAT_BACKUP_PASSPHRASE",
                           "CHAT_ACCOUNT_PASSWORD", "CHAT_MASTER_KEY"}) {
    char* secret = std::getenv(name);
    if (secret == nullptr) continue;
    OPENSSL_cleanse(secret, std::strlen(secret));
    (void)::unsetenv(name);
  }
}

bool is_in_terminal() noexcept {
  return ::isatty(STDIN_FILENO) == 1 || ::isatty(STDOUT_FILENO) == 1 ||
         ::isatty(STDERR_FILENO) == 1;
}

std::optional<std::uint64_t> descriptor_limit() noexcept {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == RLIM_INFINITY) return {};
  return files.rlim_cur;
}

result<bool> fit_connections(invocation& call, std::optional<std::uint64_t> limit) {
  std::size_t& wanted = call.settings.server.limits.connections;
  const std::uint64_t own = kept + call.settings.listen.size() + call.settings.listen_unix.size();
  if (!limit || (*limit >= own && wanted <= *limit - own)) return false;
  if (*limit <= own)
    return fail(errc::bad_setting,
                fmt::format("this process may open {} files and sockets, and needs {} without any "
                            "connection: allow more with LimitNOFILE= of systemd, or ulimit -n",
                            *limit, own));
  const std::uint64_t fitting = *limit - own;
  const given_value& given = call.effective.at("max-connections");
  // Also where --print-config has put it into a file.
  if (given.values.front() != find_setting("max-connections")->default_value)
    return fail(
        errc::bad_setting,
        fmt::format("{} \"{}\" is more than this process may have: it may open {} files and "
                    "sockets, {} of which it needs itself; give {} at most, or allow more "
                    "with LimitNOFILE= of systemd, or ulimit -n",
                    given.where, given.values.front(), *limit, own, fitting));
  wanted = static_cast<std::size_t>(fitting);
  return true;
}

} // namespace asio_chat::ops
