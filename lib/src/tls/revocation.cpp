#include "tls/revocation.hpp"

#include "tls/file.hpp"
#include "tls/openssl_ptr.hpp"

#include <asio_chat/tls/certificate_info.hpp>

#include <fmt/format.h>

#include <openssl/pem.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>
#include <vector>

namespace asio_chat::tls {

namespace {

using crl_ptr = openssl_ptr<X509_CRL, X509_CRL_free>;

constexpr const char* what = "the revocation list";

result<std::vector<crl_ptr>> read_lists(const std::string& path) {
  auto file = open_for_reading(path, what);
  if (!file) return file.error();
  auto text = read_all(*file, path, what);
  if (!text) return text.error();
  const bio_ptr bio(BIO_new_mem_buf(text->data(), static_cast<int>(text->size())));
  std::vector<crl_ptr> found;
  while (X509_CRL* next = PEM_read_bio_X509_CRL(bio.get(), nullptr, nullptr, nullptr))
    found.emplace_back(next);
  if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
    return fail(errc::bad_certificate_file,
                fmt::format("{} '{}' is damaged: its list number {} cannot be decoded", what, path,
                            found.size() + 1));
  ERR_clear_error();
  if (found.empty())
    return fail(
        errc::bad_certificate_file,
        fmt::format("{} '{}' holds none: a file with -----BEGIN X509 CRL----- is asked for, "
                    "as `asio-chat-certs crl` makes it",
                    what, path));
  return found;
}

result<std::vector<std::string>> files_of(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code e;
  if (!fs::is_directory(path, e)) return std::vector<std::string>{path};
  std::vector<std::string> files;
  for (fs::directory_iterator entry(path, e), end; !e && entry != end; entry.increment(e)) {
    const auto extension = entry->path().extension();
    if (extension == ".pem" || extension == ".crl") files.push_back(entry->path().string());
  }
  if (e)
    return fail(errc::bad_certificate_file,
                fmt::format("the directory '{}' cannot be read: {}", path, e.message()));
  if (files.empty())
    return fail(errc::bad_certificate_file,
                fmt::format("{} '{}' is a directory without a *.pem or *.crl file", what, path));
  std::ranges::sort(files);
  return files;
}

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

result<void> check_revocation(X509_STORE* store, const std::string& path,
                              const std::vector<certificate_ptr>& issuers) {
  const error_queue_scope queue;
  const auto files = files_of(path);
  if (!files) return files.error();
  std::vector<X509*> without;
  for (const certificate_ptr& issuer : issuers)
    without.push_back(issuer.get());
  for (const std::string& file : *files) {
    const auto lists = read_lists(file);
    if (!lists) return lists.error();
    for (const crl_ptr& list : *lists) {
      if (X509_STORE_add_crl(store, list.get()) != 1)
        return fail(errc::bad_certificate_file,
                    fmt::format("OpenSSL does not take {} '{}'", what, file));
      std::erase_if(without, [&](const X509* issuer) {
        return X509_NAME_cmp(X509_get_subject_name(issuer), X509_CRL_get_issuer(list.get())) == 0;
      });
    }
  }
  if (!without.empty())
    return fail(
        errc::bad_certificate_file,
        fmt::format("{} '{}' is not of {}, so that nobody who has a certificate of that one "
                    "could come in: its list is missing",
                    what, path, describe(without.front()).subject));
  X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
  return {};
}

std::optional<std::chrono::sys_seconds> lists_end(X509_STORE* store) {
  std::optional<std::chrono::sys_seconds> first;
  const STACK_OF(X509_OBJECT)* objects = X509_STORE_get0_objects(store);
  for (int i = 0; i < sk_X509_OBJECT_num(objects); ++i) {
    const X509_CRL* list = X509_OBJECT_get0_X509_CRL(sk_X509_OBJECT_value(objects, i));
    const ASN1_TIME* next = list ? X509_CRL_get0_nextUpdate(list) : nullptr;
    if (next == nullptr) continue;
    const auto end = time_of(next);
    if (!first || end < *first) first = end;
  }
  return first;
}

result<block_list> block_list::read(const std::string& path) {
  constexpr const char* name = "the list of blocked certificates";
  auto file = open_for_reading(path, name);
  if (!file) return file.error();
  const auto text = read_all(*file, path, name);
  if (!text) return text.error();
  // What was cut off by a full disk or a copy half done would let somebody in.
  if (!text->ends_with('\n'))
    return fail(errc::bad_certificate_file,
                fmt::format("{} '{}' {}: it may not be whole. Its last line has an end, and a list "
                            "of nobody has a comment: #",
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
