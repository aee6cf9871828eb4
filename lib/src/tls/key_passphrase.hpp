// Where the passphrases of private keys come from: never from the command line, which every user of
// a machine can read.
#pragma once

#include <asio_chat/error.hpp>

#include <optional>
#include <string>

namespace asio_chat::tls {

struct passphrase_source {
  std::string file;       ///< asked first, if it is given
  std::string option;     ///< that names the file, for the sentence that says what is missing
  std::string variable;   ///< of the environment, asked next
  std::string known = {}; ///< what the variable held before it was overwritten, or what was typed
  std::string what = "passphrase"; ///< is in the file
};

/// What the person types into the terminal.
/// @return none: they ended it by Ctrl-D; or by a key of which a signal of the program's tells
std::optional<std::string> ask_without_echo(const std::string& prompt);

enum class prompting { never, once, twice };

/// From the file, the environment, or else the terminal, without echo.
/// @param wanted twice for a new passphrase; never where nobody is there to type, as at a reload
/// @param missing begins the sentence of a failure, e.g. `a passphrase is needed: give it`
result<std::string> obtain_passphrase(const passphrase_source& source, const std::string& prompt,
                                      prompting wanted,
                                      const std::string& missing = "a passphrase is needed: give "
                                                                   "it");

/// Of the key in a file; empty for a key that is not encrypted. A pipe can be read only once: of
/// one only what is known without asking is given.
result<std::string> passphrase_of_key(const std::string& key_path, const passphrase_source& source,
                                      prompting wanted);

} // namespace asio_chat::tls
