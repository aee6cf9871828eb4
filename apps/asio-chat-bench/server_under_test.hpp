#pragma once

#include "child_process.hpp"
#include "files.hpp"
#include "peer_programs.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace asio_chat::bench {

/// A server that the bench starts for itself, on a free port of the loopback.
class server_under_test {
 public:
  /// asio-chatd with a fresh data directory.
  static server_under_test daemon(const std::string& program,
                                  const std::vector<std::string>& more_arguments, int core);

  /// This program's own bare loop.
  static server_under_test bare(bool coalesce, int core, bool tickets = false);

  /// Accepts connections and does nothing.
  static server_under_test sink(bool tls);

  /// A server of another project. Throws setup_error if it is not installed or does not start.
  static server_under_test peer(const peer_program& which, int core);

  /// Ends it, and starts the same daemon with the same data.
  /// @return how long it took from the start until it listened
  std::chrono::nanoseconds restart_daemon();

  /// Ends it, lets another command of its program work on the data, and starts it again. Throws
  /// setup_error with what that command complains of.
  void change_data(std::vector<std::string> command);

  const std::string& address() const { return address_; }
  const std::string& ca_file() const { return ca_file_; }
  pid_t id() const { return process_->id(); }
  /// The directory of its data, which is removed with the object.
  const std::filesystem::path& directory() const { return directory_->path(); }

 private:
  server_under_test() = default;
  /// Another command of this program.
  static server_under_test own(std::vector<std::string> command, bool tls, int core);
  /// Runs it until `address_of` finds an address in what it has printed.
  template <class AddressOf>
  void start(std::vector<std::string> command, int core, AddressOf address_of);

  std::vector<std::string> command_;
  int core_ = -1;
  std::unique_ptr<temporary_directory> directory_ = std::make_unique<temporary_directory>();
  std::unique_ptr<child_process> process_;
  std::string address_;
  std::string ca_file_;
};

/// The path of a program in the directory of this one.
std::string beside_this_program(const std::string& name);

} // namespace asio_chat::bench
