#include "child_process.hpp"

#include "error.hpp"
#include "process_settings.hpp"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace asio_chat::bench {

using namespace std::chrono_literals;

namespace {

constexpr int cannot_run = 127;

void redirect(int fd, const std::filesystem::path& file) {
  const int opened = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
  if (opened < 0 || dup2(opened, fd) < 0) _exit(cannot_run);
}

[[noreturn]] void become(std::vector<char*>& arguments, int core,
                         const std::filesystem::path& output, const std::filesystem::path& errors) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const rlimit no_core_file{};
  setrlimit(RLIMIT_CORE, &no_core_file); // it would lie where the benchmark was called
  redirect(STDOUT_FILENO, output);
  redirect(STDERR_FILENO, errors);
  try {
    if (core >= 0) pin_to_core(core);
    std::signal(SIGPIPE, SIG_DFL);
    execvp(arguments[0], arguments.data());
    std::fprintf(stderr, "cannot run '%s': %s\n", arguments[0], std::strerror(errno));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
  }
  _exit(cannot_run);
}

} // namespace

child_process::child_process(const std::vector<std::string>& command, int core,
                             const std::filesystem::path& output,
                             const std::filesystem::path& errors) {
  std::vector<char*> arguments;
  for (const auto& word : command)
    arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  id_ = fork();
  if (id_ == 0) become(arguments, core, output, errors);
  if (id_ < 0) throw setup_error(std::string("cannot start a process: ") + std::strerror(errno));
}

child_process::~child_process() {
  if (!running()) return;
  kill(id_, SIGTERM);
  for (auto waited = 0ms; waited < 10s; waited += 10ms) {
    if (!running()) return;
    std::this_thread::sleep_for(10ms);
  }
  kill(id_, SIGKILL);
  waitpid(id_, nullptr, 0);
}

bool child_process::running() {
  if (id_ > 0 && waitpid(id_, nullptr, WNOHANG) == id_) id_ = -1;
  return id_ > 0;
}

} // namespace asio_chat::bench
