#include "server_under_test.hpp"

#include "error.hpp"
#include "process_settings.hpp"
#include "self_signed.hpp"
#include "socket.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

namespace asio_chat::bench {

using namespace std::chrono_literals;

namespace {

/// The address in a line `... listening on ADDRESS`, once the whole line is there.
std::string announced_address(const std::string& output) {
  constexpr std::string_view words = "listening on ";
  const auto at = output.find(words);
  const auto end = at == std::string::npos ? at : output.find('\n', at);
  if (end == std::string::npos) return {};
  const auto from = at + words.size();
  const auto line = output.substr(from, end - from);
  return line.substr(0, line.find_first_of(" \t\r"));
}

std::string last_line(std::string text) {
  text.erase(text.find_last_not_of('\n') + 1);
  return text.substr(text.rfind('\n') + 1);
}

} // namespace

template <class AddressOf>
void server_under_test::start(std::vector<std::string> command, int core, AddressOf address_of) {
  const auto output = directory_->path() / "output";
  const auto errors = directory_->path() / "errors";
  std::filesystem::remove(output); // that of a process before
  command_ = std::move(command);
  core_ = core;
  process_ = std::make_unique<child_process>(command_, core, output, errors);
  for (auto waited = 0ms; waited < 15s; waited += 1ms) {
    const bool running = process_->running();
    address_ = address_of(read_file(output));
    if (!address_.empty() && running) return;
    if (!running)
      throw setup_error(fmt::format("'{}' ended: {}", command_[0],
                                    last_line(read_file(output) + read_file(errors))));
    if (told_to_stop()) throw run_error("interrupted");
    std::this_thread::sleep_for(1ms);
  }
  throw setup_error(fmt::format("'{}' did not say within 15 s where it listens; it said: {}",
                                command_[0], last_line(read_file(errors) + read_file(output))));
}

server_under_test server_under_test::daemon(const std::string& program,
                                            const std::vector<std::string>& more_arguments,
                                            int core) {
  server_under_test made;
  const auto data = made.directory_->path() / "data";
  std::filesystem::create_directory(data);
  std::filesystem::permissions(data, std::filesystem::perms::owner_all);
  std::vector<std::string> command{program, "--listen", "127.0.0.1:0", "--data", data};
  // Receivers say nothing, however long a run is.
  if (std::ranges::none_of(more_arguments, [](const std::string& argument) {
        return argument.starts_with("--idle-timeout");
      }))
    command.emplace_back("--idle-timeout=2h");
  command.insert(command.end(), more_arguments.begin(), more_arguments.end());
  made.start(std::move(command), core, announced_address);
  made.ca_file_ = data / "ca-cert.pem";
  return made;
}

std::chrono::nanoseconds server_under_test::restart_daemon() {
  process_.reset();
  const auto begin = std::chrono::steady_clock::now();
  start(command_, core_, announced_address);
  return std::chrono::steady_clock::now() - begin;
}

void server_under_test::change_data(std::vector<std::string> command) {
  process_.reset();
  const auto errors = directory_->path() / "command-errors";
  command.insert(command.begin(), command_[0]);
  command.insert(command.end(), {"--data", directory_->path() / "data"});
  {
    child_process other(command, -1, directory_->path() / "command-output", errors);
    while (other.running()) {
      if (told_to_stop()) throw run_error("interrupted");
      std::this_thread::sleep_for(10ms);
    }
  }
  if (const std::string said = read_file(errors); !said.empty())
    throw setup_error(fmt::format("'{} {}': {}", command[0], command[1], last_line(said)));
  start(command_, core_, announced_address);
}

server_under_test server_under_test::own(std::vector<std::string> command, bool tls, int core) {
  server_under_test made;
  const auto certificate = made.directory_->path() / "cert.pem";
  const auto key = made.directory_->path() / "key.pem";
  write_self_signed(certificate, key);
  command.insert(command.begin(), "/proc/self/exe");
  if (tls) command.insert(command.end(), {"--cert", certificate, "--key", key});
  made.start(std::move(command), core, announced_address);
  made.ca_file_ = certificate;
  return made;
}

server_under_test server_under_test::bare(bool coalesce, int core, bool tickets) {
  std::vector<std::string> command{"bare-server"};
  if (coalesce) command.emplace_back("--coalesce");
  if (tickets) command.emplace_back("--tickets");
  return own(std::move(command), true, core);
}

server_under_test server_under_test::sink(bool tls) {
  return own({"sink"}, tls, -1);
}

server_under_test server_under_test::peer(const peer_program& which, int core) {
  const auto program = which.installed();
  if (!program)
    throw setup_error(
        fmt::format("{} is not installed (Debian's package {})", which.name, which.package));
  server_under_test made;
  const auto& directory = made.directory_->path();
  const site at{directory, directory / "cert.pem", directory / "key.pem", free_port()};
  write_self_signed(at.certificate, at.key);
  const auto settings = directory / "settings";
  write_file(settings, which.settings(at));
  std::vector<std::string> command{*program};
  for (auto& one : which.arguments(settings))
    command.push_back(std::move(one));
  const auto where = resolve(fmt::format("127.0.0.1:{}", at.port));
  made.start(std::move(command), core,
             [&where](const std::string&) { return answers(where) ? where.text : std::string(); });
  made.ca_file_ = at.certificate;
  return made;
}

std::string beside_this_program(const std::string& name) {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / name;
}

} // namespace asio_chat::bench
