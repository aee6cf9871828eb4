#include "tls/block_list.hpp"

#include "tls/file.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <string_view>

namespace asio_chat::tls {

namespace {

std::string digest_of(const X509* certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  X509_digest(certificate, EVP_sha256(), digest.data(), &size);
  return {reinterpret_cast<const char*>(digest.data()), size};
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// 32 bytes, or nothing.
std::optional<std::string> fingerprint(std::string_view text) {
  std::string bytes;
  int high = -1;
  for (const char c : text) {
    if (c == ':' && high < 0) continue;
    const int digit = hex_digit(c);
    if (digit < 0) return std::nullopt;
    if (high < 0) {
      high = digit;
    } else {
      bytes += static_cast<char>(high * 16 + digit);
      high = -1;
    }
  }
  if (high >= 0 || bytes.size() != 32) return std::nullopt;
  return bytes;
}

std::string_view trimmed(std::string_view line) {
  line = line.substr(0, line.find('#'));
  line = line.substr(0, line.find("(SHA-256)")); // as a line of `show` ends
  constexpr std::string_view blank = " \t\r";
  const auto first = line.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(blank) - first + 1);
}

} // namespace

result<block_list> block_list::read(const std::string& path) {
  constexpr const char* name = "the list of blocked certificates";
  auto file = open_for_reading(path, name);
  if (!file) return file.error();
  const auto text = read_all(*file, path, name);
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
    const std::string_view line = trimmed(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    ++number;
    if (line.empty()) continue;
    auto bytes = fingerprint(line);
    if (!bytes)
      return fail(errc::bad_certificate_file,
                  fmt::format("{} '{}', line {}: that is no SHA-256 fingerprint, which has 64 "
                              "hexadecimal digits, as `asio-chat-certs show` prints it",
                              name, path, number));
    blocked.fingerprints_.insert(*std::move(bytes));
  }
  return blocked;
}

bool block_list::contains(const X509* certificate) const {
  return !fingerprints_.empty() && fingerprints_.contains(digest_of(certificate));
}

} // namespace asio_chat::tls
