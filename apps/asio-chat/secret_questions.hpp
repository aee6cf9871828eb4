// Secrets that a typed command lacks, asked for without showing what is typed.
#pragma once

#include "key_reader.hpp"

#include <asio_chat/command.hpp>
#include <asio_chat/errc.hpp>

#include <cstddef>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::app {

struct missing_secret {
  std::string question; ///< harmless to a terminal, without the colon
  bool optional = false;
  bool twice = false; ///< a new one: what was typed wrong unseen would lock its owner out
};

/// What is missing at the end of a line: secrets that a command must have, that the word before
/// them makes needed (`/totp on`), or that the server has asked for. Empty: nothing has to be asked
/// for.
/// @param wanted names of commands, in small letters, whose optional secrets the server asked for;
///   with a room behind it, for that room
std::vector<missing_secret> missing_secrets(std::string_view line,
                                            std::span<const command_info> commands,
                                            const std::set<std::string>& wanted = {});

/// Whether a refusal of that command says that a secret which may be left out is needed.
bool wants_optional_secret(std::string_view command, error_code refusal,
                           std::span<const command_info> commands);

/// Where the secret of a line begins, of a command that every server has; `npos`: it has none. For
/// lines that are read before there is a server to ask.
std::size_t well_known_secret_from(std::string_view line);

/// One question after the other, until the line is whole or the person gives up.
class secret_questions {
 public:
  enum class state { asks, whole, given_up };

  secret_questions(std::string line, std::vector<missing_secret> missing);
  ~secret_questions();
  secret_questions(const secret_questions&) = delete;
  secret_questions& operator=(const secret_questions&) = delete;

  /// What is asked now, and before it what was wrong with the last answer.
  std::string prompt() const;
  state press(const key& k);
  /// The same with a whole answer.
  state answer(const std::string& text);
  /// Whether Enter alone is an answer.
  bool takes_nothing() const noexcept { return missing_.back().optional; }
  /// The line with the secrets that were given.
  const std::string& line() const noexcept { return line_; }

 private:
  state next();
  state ask_again(std::string why);

  std::string line_;
  std::vector<missing_secret> missing_; ///< the last one is asked for first
  std::u32string typed_;
  std::string first_; ///< of an answer that is asked for twice
  std::string why_;
};

} // namespace asio_chat::app
