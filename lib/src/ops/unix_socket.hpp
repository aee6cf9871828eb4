// A Unix socket to listen on, and its file.
#pragma once

#include <asio_chat/error.hpp>

#include <string>
#include <utility>

#include <sys/types.h>

namespace asio_chat::ops {

/// The file is there as long as the object, and is taken away with it, unless it is another's by
/// then. Let it go while the socket still listens: a daemon that starts then cannot have replaced
/// it.
class unix_socket_file {
 public:
  /// Binds and listens. A file that a daemon has left behind is replaced, and one that somebody
  /// listens on never is.
  /// @param mode of the file: who may write to it may connect
  static result<unix_socket_file> open(const std::string& path, mode_t mode, int backlog);
  /// Whether that would succeed, as far as it can be told without doing it.
  static result<void> check(const std::string& path);

  unix_socket_file(unix_socket_file&& other) noexcept;
  unix_socket_file& operator=(unix_socket_file&&) = delete;
  ~unix_socket_file();

  const std::string& path() const noexcept { return path_; }
  /// The listening socket; whoever takes it closes it.
  int take_socket() noexcept { return std::exchange(socket_, -1); }

 private:
  unix_socket_file() = default;

  std::string path_; ///< empty: moved from
  dev_t device_ = 0;
  ino_t file_ = 0;
  int socket_ = -1;
};

} // namespace asio_chat::ops
