#include "tls/key_passphrase.hpp"

#include "tls/file.hpp"
#include "tls/openssl_ptr.hpp"
#include "tls/pem.hpp"

#include <fmt/format.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>
#include <cstdlib>
#include <filesystem>

#include <unistd.h>

namespace asio_chat::tls {

namespace {

/// OpenSSL's prompt: it restores the terminal also when it is interrupted.
result<std::string> ask_terminal(const std::string& prompt, bool twice) {
  const error_queue_scope queue;
  std::array<char, 1024> typed{};
  const int done = EVP_read_pw_string_min(typed.data(), 1, static_cast<int>(typed.size()),
                                          prompt.c_str(), twice ? 1 : 0);
  std::string passphrase = done == 0 ? typed.data() : "";
  OPENSSL_cleanse(typed.data(), typed.size());
  if (!passphrase.empty()) return passphrase;
  return fail(errc::bad_setting, twice ? "no passphrase, or two different ones, were typed"
                                       : "no passphrase was typed");
}

/// Empty where a person has to be asked.
result<std::string> known_passphrase(const passphrase_source& source) {
  if (!source.file.empty()) return read_passphrase_file(source.file);
  if (!source.known.empty()) return source.known;
  const char* value = std::getenv(source.variable.c_str());
  return std::string(value != nullptr ? value : "");
}

} // namespace

result<std::string> obtain_passphrase(const passphrase_source& source, const std::string& prompt,
                                      prompting wanted, const std::string& missing) {
  auto known = known_passphrase(source);
  if (!known || !known->empty()) return known;
  if (wanted != prompting::never && ::isatty(STDIN_FILENO) == 1)
    return ask_terminal(prompt, wanted == prompting::twice);
  return fail(errc::bad_setting,
              fmt::format("{} with {} FILE, in the environment variable {}, or at a terminal{}",
                          missing, source.option, source.variable,
                          wanted == prompting::never ? " at the next start" : ""));
}

result<std::string> passphrase_of_key(const std::string& key_path, const passphrase_source& source,
                                      prompting wanted) {
  std::error_code ec;
  if (!std::filesystem::is_regular_file(key_path, ec)) return known_passphrase(source);
  const auto encrypted = key_is_encrypted(key_path);
  if (!encrypted) return encrypted.error();
  if (!*encrypted) return std::string();
  return obtain_passphrase(
      source, fmt::format("Passphrase of {}: ", key_path), wanted,
      fmt::format("the private key file '{}' is encrypted: give its passphrase", key_path));
}

} // namespace asio_chat::tls
