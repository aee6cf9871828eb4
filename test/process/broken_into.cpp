// A server that is confined as asio-chatd is, and has been broken into: its members can tell it to
// try what an intruder would. `/try WHAT ARGUMENT` answers `done`, or why it failed.
//   broken_into [settings of asio-chatd]
#include "ops/confinement.hpp"
#include "ops/master_key_file.hpp"
#include "ops/process.hpp"
#include "ops/settings.hpp"

#include <asio_chat/host_requests.hpp>
#include <asio_chat/server.hpp>

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <string>

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

using namespace asio_chat;

namespace {

/// 0 if it was done, else the errno.
using attempt = std::function<int(const std::string& argument)>;

int outcome(long returned) {
  return returned < 0 ? errno : 0;
}

int open_file(const std::string& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
  const int error = outcome(fd);
  if (fd >= 0) ::close(fd);
  return error;
}

int make_socket(int family, int type, int protocol) {
  const int fd = ::socket(family, type | SOCK_CLOEXEC, protocol);
  const int error = outcome(fd);
  if (fd >= 0) ::close(fd);
  return error;
}

sockaddr_in loopback(const std::string& port) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  at.sin_port = htons(static_cast<std::uint16_t>(std::stoul(port)));
  return at;
}

template <class Call>
int with_socket(Call call) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return errno;
  const int error = outcome(call(fd));
  ::close(fd);
  return error;
}

int connect_to(const std::string& port) {
  const sockaddr_in at = loopback(port);
  return with_socket(
      [&](int fd) { return ::connect(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at); });
}

int connect_by_sending(const std::string& port) {
  const sockaddr_in at = loopback(port);
  return with_socket([&](int fd) {
    return ::sendto(fd, "x", 1, MSG_FASTOPEN, reinterpret_cast<const sockaddr*>(&at), sizeof at);
  });
}

int listen_on(const std::string& port) {
  const sockaddr_in at = loopback(port);
  return with_socket(
      [&](int fd) { return ::bind(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at); });
}

int execute(const std::string& program) {
  char* const nothing[] = {nullptr};
  return outcome(::execve(program.c_str(), nothing, nothing));
}

int start_process(const std::string&) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  return outcome(child);
}

int read_memory(const std::string& process) {
  char byte = 0;
  iovec here{&byte, 1};
  iovec there{&byte, 1};
  return outcome(::process_vm_readv(std::atoi(process.c_str()), &here, 1, &there, 1, 0));
}

int run_what_was_written(const std::string&) {
  void* const page =
      ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return errno;
  const int error = outcome(::mprotect(page, 4096, PROT_READ | PROT_EXEC));
  ::munmap(page, 4096);
  return error;
}

int map_code_to_write(const std::string&) {
  void* const page =
      ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return errno;
  ::munmap(page, 4096);
  return 0;
}

const std::map<std::string, attempt, std::less<>> attempts = {
    {"read", [](const auto& path) { return open_file(path, O_RDONLY); }},
    {"write", [](const auto& path) { return open_file(path, O_WRONLY | O_CREAT); }},
    {"remove", [](const auto& path) { return outcome(::unlink(path.c_str())); }},
    {"list", [](const auto& path) { return open_file(path, O_RDONLY | O_DIRECTORY); }},
    {"link", [](const auto& path) { return outcome(::symlink("/etc/passwd", path.c_str())); }},
    {"execute", execute},
    {"fork", start_process},
    {"connect", connect_to},
    {"connect-by-sending", connect_by_sending},
    {"listen", listen_on},
    {"datagram", [](const auto&) { return make_socket(AF_INET, SOCK_DGRAM, 0); }},
    {"raw", [](const auto&) { return make_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP); }},
    {"unix", [](const auto&) { return make_socket(AF_UNIX, SOCK_STREAM, 0); }},
    {"netlink", [](const auto&) { return make_socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE); }},
    {"trace",
     [](const auto& process) {
       return outcome(::ptrace(PTRACE_ATTACH, std::atoi(process.c_str()), nullptr, nullptr));
     }},
    {"read-memory", read_memory},
    {"signal", [](const auto& process) { return outcome(::kill(std::atoi(process.c_str()), 0)); }},
    {"become-root", [](const auto&) { return outcome(::setuid(0)); }},
    {"run-what-was-written", run_what_was_written},
    {"map-code-to-write", map_code_to_write},
    {"ring", [](const auto&) { return outcome(::syscall(SYS_io_uring_setup, 1, nullptr)); }},
};

host_command try_command() {
  return {
      .info = {.name = "try",
               .arguments = {{.name = "WHAT"},
                             {.name = "ARGUMENT", .kind = argument_kind::text, .optional = true}},
               .help = "do what an intruder would"},
      .run = [](const command_call& call, const command_answer_handler& answer) {
        const auto found = attempts.find(call.arguments.at(0));
        if (found == attempts.end()) return answer(host_refusal{"there is no such attempt"});
        const int error = found->second(call.arguments.at(1));
        answer(command_lines{{fmt::format("tried {}: {}", found->first,
                                          error == 0 ? "done" : std::strerror(error))}});
      }};
}

} // namespace

int main(int argc, char** argv) {
  ops::harden_process();
  auto call = ops::read_settings(ops::process_sources(argc, argv));
  if (!call) {
    fmt::print(stderr, "broken_into: {}\n", call.error().message);
    return 2;
  }
  ops::settings& s = call->settings;
  s.server.log = ops::make_log(s.log);
  ops::prepare_storage(s, logger(s.server.log)).value();
  (void)ops::confine_for(s);
  boost::asio::io_context context(1);
  server chat(context, s.server);
  chat.add_command(try_command());
  fmt::print("listening on 127.0.0.1:{}\n", chat.listen(s.listen[0].host, s.listen[0].port).port());
  std::fflush(stdout);
  context.run();
}
