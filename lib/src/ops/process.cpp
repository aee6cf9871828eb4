#include "ops/process.hpp"

#include "base/standard_streams.hpp"

#include <openssl/crypto.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <initializer_list>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace asio_chat::ops {

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

void forget_secrets_in_environment() noexcept {
  for (const char* name : {"CHAT_SECRET", "CHAT_KEY_PASSPHRASE", "CHAT_MASTER_KEY"}) {
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

} // namespace asio_chat::ops
