// What makes a client the same member again after a crash, in a file for each server and name.
#pragma once

#include "base/file.hpp"

#include <asio_chat/client.hpp>
#include <asio_chat/error.hpp>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace asio_chat::app {

/// What outlives a client.
struct kept_session {
  resume_state resume;                       ///< of a client that has not left
  std::map<std::string, position> read = {}; ///< by a person, in the rooms that they were in
};

/// The token and how far was read. The file is its owner's alone (0600, in a directory of 0700),
/// and locked as long as this lives. It is replaced as a whole: whatever ends the client or the
/// machine, one of the two last states is there.
class saved_session {
 public:
  /// Fails with `errc::name_taken` if another client uses it, with `errc::bad_setting` if the file
  /// cannot be used, or if the name is one that no file can have.
  static result<saved_session> open(const std::filesystem::path& directory,
                                    const std::string& address, std::string_view name);

  /// What was saved last; empty if nothing was, or nothing that can be read.
  kept_session load() const;
  /// A session without anything has no file.
  void save(const kept_session& s) noexcept;
  /// For what is typed.
  std::filesystem::path journal_path() const { return path_.string() + ".typed"; }

 private:
  saved_session(std::filesystem::path path, file_descriptor file) noexcept
      : path_(std::move(path))
      , file_(std::move(file)) {}

  std::filesystem::path path_;
  file_descriptor file_;
};

/// `$XDG_STATE_HOME/asio-chat-client`, or under `~/.local/state`; empty if there is neither.
std::filesystem::path default_state_directory();

/// The CA certificate that an `asio-chatd` of this user has made, in the directory that it uses if
/// none is given; empty: there is none.
std::string ca_of_own_daemon();

} // namespace asio_chat::app
