// A file that appears whole or not at all.
#pragma once

#include <asio_chat/error.hpp>

#include <string>
#include <string_view>

#include <sys/types.h>

namespace asio_chat::tls::x509 {

/// Written beside its final place under another name; `publish` gives it its name, and a file that
/// was not published is removed.
class staged_file {
 public:
  /// Made with mode 0600 before the first byte, on the disk when this returns.
  static result<staged_file> write(const std::string& path, std::string_view content, mode_t mode);

  ~staged_file();
  staged_file(staged_file&& other) noexcept;
  staged_file& operator=(staged_file&&) = delete;

  /// Without `force`, fails if there is a file of that name, also if it came this very moment.
  result<void> publish(bool force);

  /// Removes what `publish` put there.
  void withdraw() noexcept;

 private:
  staged_file(std::string path, std::string temporary)
      : path_(std::move(path))
      , temporary_(std::move(temporary)) {}

  std::string path_;
  std::string temporary_; ///< empty: nothing to remove
};

/// Gives what is there the name FILE.old as well, in the place of one that bears it already: the
/// name FILE is never without a file.
result<void> keep_as_old(const std::string& path);

/// For the sentence that refuses to overwrite.
failure already_there(const std::string& path);

} // namespace asio_chat::tls::x509
