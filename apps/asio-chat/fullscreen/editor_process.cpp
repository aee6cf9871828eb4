#include "fullscreen/editor_process.hpp"

#include <boost/asio/post.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <utility>

namespace asio_chat::app {

namespace {

const char* variable(const char* name) {
  const char* value = std::getenv(name);
  return value && *value ? value : nullptr;
}

std::string editor() {
  const char* named = variable("VISUAL");
  if (!named) named = variable("EDITOR");
  return named ? named : "vi";
}

/// Of the terminal. One who is in the background may do this only while SIGTTOU is ignored.
void put_in_front(pid_t group) {
  struct sigaction ignore {};
  struct sigaction before {};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGTTOU, &ignore, &before);
  ::tcsetpgrp(STDIN_FILENO, group);
  ::sigaction(SIGTTOU, &before, nullptr);
}

} // namespace

editor_process::editor_process(boost::asio::io_context& context, std::string text, handler done)
    : signals_(context, SIGCHLD)
    , text_(std::move(text))
    , done_(std::move(done)) {
  if (write_file()) start();
  if (child_ > 0) {
    wait();
    return;
  }
  boost::asio::post(context, [give = done_, back = text_] {
    give(back, "the editor cannot be started: no temporary file or no process can be made");
  });
}

editor_process::~editor_process() {
  if (child_ > 0) {
    ::kill(-child_, SIGHUP);
    ::kill(-child_, SIGCONT);
    put_in_front(::getpgrp());
  }
  std::error_code ignored;
  if (!directory_.empty()) std::filesystem::remove_all(directory_, ignored);
}

bool editor_process::write_file() {
  const char* place = variable("XDG_RUNTIME_DIR");
  if (!place) place = variable("TMPDIR");
  std::string made = std::string(place ? place : "/tmp") + "/asio-chat-XXXXXX";
  if (!::mkdtemp(made.data())) return false;
  directory_ = made;
  std::ofstream out(directory_ / "message.txt", std::ios::binary);
  out << text_;
  if (!text_.empty() && text_.back() != '\n') out << '\n';
  return static_cast<bool>(out.flush());
}

void editor_process::start() {
  const std::string command = editor() + " \"$1\"";
  const std::string file = (directory_ / "message.txt").string();
  child_ = ::fork();
  if (child_ > 0) ::setpgid(child_, child_); // whichever of the two comes first
  if (child_ != 0) return;
  // The child. What a shell does for a job in front.
  ::setpgid(0, 0);
  put_in_front(::getpid());
  for (const int number :
       {SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU, SIGPIPE, SIGCHLD, SIGTERM, SIGHUP, SIGWINCH})
    ::signal(number, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execl("/bin/sh", "sh", "-c", command.c_str(), "sh", file.c_str(), nullptr);
  ::_exit(127);
}

void editor_process::wait() {
  signals_.async_wait([this](const boost::system::error_code& e, int) {
    if (!e) look();
  });
}

void editor_process::look() {
  int status = 0;
  const pid_t changed = ::waitpid(child_, &status, WNOHANG | WUNTRACED);
  // There is no shell that could continue it.
  if (changed == child_ && WIFSTOPPED(status)) ::kill(-child_, SIGCONT);
  if (changed == child_ && !WIFSTOPPED(status)) return end(status == 0);
  wait();
}

void editor_process::end(bool good) {
  child_ = 0;
  put_in_front(::getpgrp());
  std::ifstream in(directory_ / "message.txt", std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  const handler done = std::move(done_); // it may end this
  if (good && in) return done(text, {});
  done(text_, "'" + editor() + "' has failed; the text is as it was");
}

} // namespace asio_chat::app
