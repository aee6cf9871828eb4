// Where passphrases come from: never from the command line, which every user of a machine can read.
#pragma once

#include <string>

namespace asio_chat::certs {

struct passphrase_source {
  std::string file;        ///< asked first, if it is given
  const char* variable;    ///< of the environment, asked next
  const char* file_option; ///< for the sentence that says what is missing
};

/// From the file, the environment, or else the terminal, without echo.
/// @param twice a new passphrase is typed twice
/// @throws asio_chat::error if there is none
std::string obtain_passphrase(const passphrase_source& source, const std::string& prompt,
                              bool twice);

} // namespace asio_chat::certs
