// What a person has typed and what is not answered yet, in a file.
#pragma once

#include "base/file.hpp"

#include <asio_chat/entry.hpp>
#include <asio_chat/error.hpp>

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::app {

/// Drafts, and lines without an acknowledgement: so that a client that was killed loses neither.
/// Each change is appended by one write, and what was cut by the end is left out at the next start.
/// The appended part of the file (0600) is for a program that dies and not for a machine that does:
/// no key waits for the disk. It may be opened only while the saved session is locked.
class typed_journal {
 public:
  struct line {
    std::string id;       ///< for the server, which keeps what has the same id once
    std::string in;       ///< the title of the window that it is shown in
    std::string text;     ///< what is said
    wall_time when{};     ///< entered
    bool action = false;  ///< `/me`
    std::string why = {}; ///< it was refused, or the person left before: the reason
  };

  /// Reads what an earlier client has left, and writes it anew.
  /// Fails with `errc::bad_setting` if the file cannot be used.
  static result<typed_journal> open(const std::filesystem::path& path);

  const std::map<std::string, std::string>& drafts() const noexcept { return drafts_; }
  /// In the order in which they were entered.
  const std::vector<line>& lines() const noexcept { return lines_; }
  /// What was entered before, the oldest first.
  const std::vector<std::string>& entered() const noexcept { return entered_; }

  /// What is typed in a window and not entered; empty: nothing.
  void draft(const std::string& in, const std::string& text);
  /// A line is about to be sent, which was the draft of the window `typed_in`. One with the same id
  /// is sent again.
  void sending(const line& l, const std::string& typed_in);
  /// The server has it, or the person does not want it any more.
  void kept(std::string_view id);
  void refused(std::string_view id, const std::string& why);
  /// A line to be found by Ctrl-R in later clients.
  void remember(const std::string& line);

  /// The person has left.
  /// @param in_order the server has answered everything: what it refused, the person has seen
  void end(bool in_order);

  /// Why something could not be written; given once, until it can again.
  std::optional<std::string> take_trouble();

 private:
  explicit typed_journal(std::filesystem::path path)
      : path_(std::move(path)) {}

  void load();
  void take(std::string_view record);
  void add_entered(const std::string& one);
  result<void> rewrite();
  void append(std::string record);
  std::string everything() const;

  std::filesystem::path path_;
  file_descriptor file_;
  std::size_t bytes_ = 0; ///< of the file
  std::size_t live_ = 0;  ///< those that it had when it was written anew
  std::map<std::string, std::string> drafts_;
  std::vector<line> lines_;
  std::vector<std::string> entered_;
  bool lacks_ = false; ///< something could not be written
  std::string trouble_;
};

} // namespace asio_chat::app
