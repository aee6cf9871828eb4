// What makes a client the same member again after a crash, in a file for each server and name.
#pragma once

#include "base/file.hpp"

#include <asio_chat/client.hpp>
#include <asio_chat/error.hpp>

#include <filesystem>
#include <string>
#include <string_view>

namespace asio_chat::app {

/// The token and the read positions. The file is its owner's alone (0600, in a directory of 0700),
/// and locked as long as this lives. It is written in place, without waiting for the disk: it is
/// for a program that dies and not for a machine that does.
class saved_session {
 public:
  /// Fails with `errc::name_taken` if another client uses it, with `errc::bad_setting` if the file
  /// cannot be used, or if the name is one that no file can have.
  static result<saved_session> open(const std::filesystem::path& directory,
                                    const std::string& address, std::string_view name);

  /// What was saved last; empty if nothing was, or nothing that can be read.
  resume_state load() const;
  void save(const resume_state& s) noexcept;
  /// The member has left in order, and will not come back.
  void forget() noexcept;

 private:
  saved_session(std::filesystem::path path, file_descriptor file) noexcept
      : path_(std::move(path))
      , file_(std::move(file)) {}

  std::filesystem::path path_;
  file_descriptor file_;
};

/// `$XDG_STATE_HOME/asio-chat-client`, or under `~/.local/state`; empty if there is neither.
std::filesystem::path default_state_directory();

} // namespace asio_chat::app
