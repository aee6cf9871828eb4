#include "passphrase.hpp"

#include "tls/openssl_ptr.hpp"
#include "tls/secret_file.hpp"

#include <asio_chat/error.hpp>

#include <fmt/format.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>
#include <cstdlib>

#include <unistd.h>

namespace asio_chat::certs {

namespace {

/// OpenSSL's prompt: it restores the terminal also when it is interrupted.
std::string ask_terminal(const std::string& prompt, bool twice) {
  const tls::error_queue_scope queue;
  std::array<char, 1024> typed{};
  const int done = EVP_read_pw_string_min(typed.data(), 1, static_cast<int>(typed.size()),
                                          prompt.c_str(), twice ? 1 : 0);
  std::string passphrase = done == 0 ? typed.data() : "";
  OPENSSL_cleanse(typed.data(), typed.size());
  if (passphrase.empty())
    throw error(fail(errc::bad_setting, twice ? "no passphrase, or two different ones, were typed"
                                              : "no passphrase was typed"));
  return passphrase;
}

} // namespace

std::string obtain_passphrase(const passphrase_source& source, const std::string& prompt,
                              bool twice) {
  if (!source.file.empty()) return tls::read_passphrase_file(source.file).value();
  const char* value = std::getenv(source.variable);
  if (value != nullptr && *value != '\0') return value;
  if (::isatty(STDIN_FILENO) == 1) return ask_terminal(prompt, twice);
  throw error(fail(errc::bad_setting,
                   fmt::format("a passphrase is needed: give it with {} FILE, in the environment "
                               "variable {}, or at a terminal",
                               source.file_option, source.variable)));
}

} // namespace asio_chat::certs
