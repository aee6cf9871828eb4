#include "ops/process.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <vector>

#include <malloc.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace asio_chat::ops;

namespace {

/// Runs `body` in a child, because it changes the whole process. @returns the result of `body`
template <class Body>
int in_child(Body body) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) ::_exit(body());
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

} // namespace

TEST_CASE("C48: a hardened process dumps nothing and makes private files", "[ops]") {
  const int wrong = in_child([] {
    harden_process();
    rlimit core{}, files{};
    if (::getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_max != 0) return 1;
    if (::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0) return 2;
    if (::umask(0) != 077) return 3;
    if (::getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur != files.rlim_max) return 4;
    return std::signal(SIGPIPE, SIG_DFL) == SIG_IGN ? 0 : 5;
  });
  CHECK(wrong == 0);
}

TEST_CASE("freed memory is kept until it is given back", "[ops]") {
  const int wrong = in_child([] {
    keep_freed_memory();
    constexpr std::size_t size = 64 * 1024;
    std::vector<std::unique_ptr<char[]>> blocks;
    for (int i = 0; i < 256; ++i)
      blocks.push_back(std::make_unique<char[]>(size));
    const std::size_t used = ::mallinfo2().arena;
    blocks.clear();
    if (::mallinfo2().arena < used) return 1;
    ::malloc_trim(0);
    return ::mallinfo2().arena < used ? 0 : 2;
  });
  CHECK(wrong == 0);
}

TEST_CASE("C48: secrets are gone from the environment once they are read", "[ops]") {
  const int wrong = in_child([] {
    char passphrase[] = "CHAT_SECRET=open sesame";
    char master_key[] = "CHAT_MASTER_KEY=0123456789abcdef";
    char key_passphrase[] = "CHAT_KEY_PASSPHRASE=of the key";
    char password[] = "CHAT_ACCOUNT_PASSWORD=of alice";
    for (char* variable : {passphrase, master_key, key_passphrase, password})
      if (::putenv(variable) != 0) return 1;
    forget_secrets_in_environment();
    for (const char* name :
         {"CHAT_SECRET", "CHAT_MASTER_KEY", "CHAT_KEY_PASSPHRASE", "CHAT_ACCOUNT_PASSWORD"})
      if (std::getenv(name) != nullptr) return 2;
    const auto zero = [](char c) { return c == 0; };
    const bool wiped = std::all_of(passphrase + 12, std::end(passphrase), zero) &&
                       std::all_of(master_key + 16, std::end(master_key), zero) &&
                       std::all_of(key_passphrase + 20, std::end(key_passphrase), zero) &&
                       std::all_of(password + 22, std::end(password), zero);
    return wiped ? 0 : 3;
  });
  CHECK(wrong == 0);
}
