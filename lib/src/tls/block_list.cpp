#include "tls/block_list.hpp"

#include "base/ascii.hpp"
#include "base/utf8.hpp"
#include "tls/file.hpp"

#include <fmt/format.h>

#include <optional>
#include <string_view>

namespace asio_chat::tls {

namespace {

std::optional<sha256_digest> fingerprint(std::string_view text) {
  sha256_digest bytes{};
  std::size_t digits = 0;
  for (const char c : text) {
    if (c == ':' && digits % 2 == 0) continue;
    const int digit = ascii::hex_value(c);
    if (digit < 0 || digits == 2 * bytes.size()) return std::nullopt;
    unsigned char& byte = bytes[digits++ / 2];
    byte = static_cast<unsigned char>(byte * 16 + digit);
  }
  return digits == 2 * bytes.size() ? std::optional(bytes) : std::nullopt;
}

std::string_view without_comment(std::string_view line) {
  line = line.substr(0, line.find('#'));
  return trim(line.substr(0, line.find("(SHA-256)"))); // as a line of `show` ends
}

} // namespace

result<block_list> block_list::read(const std::string& path) {
  constexpr const char* name = "the list of blocked certificates";
  const auto text = read_file(path, name);
  if (!text) return text.error();
  // A list cut off by a full disk or a copy half done would let blocked clients in.
  if (!text->ends_with('\n'))
    return fail(
        errc::bad_certificate_file,
        fmt::format("{} '{}' {}: it may not be whole. Its last line has an end, and an empty "
                    "list has a comment: #",
                    name, path, text->empty() ? "is empty" : "ends within a line"));
  block_list blocked;
  std::size_t number = 0;
  for (std::string_view rest = *text; !rest.empty();) {
    const auto end = rest.find('\n');
    const std::string_view line = without_comment(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    ++number;
    if (line.empty()) continue;
    const auto bytes = fingerprint(line);
    if (!bytes)
      return fail(errc::bad_certificate_file,
                  fmt::format("{} '{}', line {}: that is no SHA-256 fingerprint, which has 64 "
                              "hexadecimal digits, as `asio-chat-certs show` prints it",
                              name, path, number));
    blocked.fingerprints_.insert(*bytes);
  }
  return blocked;
}

bool block_list::contains(const X509* certificate) const {
  if (fingerprints_.empty()) return false;
  const auto digest = sha256(certificate);
  return !digest || fingerprints_.contains(*digest); // what cannot be told is not let in
}

} // namespace asio_chat::tls
