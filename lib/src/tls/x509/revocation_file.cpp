#include "tls/x509/revocation_file.hpp"

#include "base/atomic_file.hpp"
#include "tls/x509/signing.hpp"

#include <filesystem>

namespace asio_chat::tls::x509 {

result<revocation_file> revocation_file::open(const std::string& path, X509* ca) {
  namespace fs = std::filesystem;
  auto lock = lock_directory(directory_of(path), "the directory of the revocation list");
  if (!lock) return lock.error();
  std::error_code ec;
  // Only what is certainly not there counts as no list: else its entries would be lost.
  if (fs::status(path, ec).type() == fs::file_type::not_found)
    return revocation_file(path, std::move(*lock), std::nullopt);
  auto list = revocation_list::read(path, ca);
  if (!list) return list.error();
  return revocation_file(path, std::move(*lock), std::move(*list));
}

result<void> revocation_file::reissue(const identity& ca, int days, const revocation* added) {
  auto next = revocation_list::reissue(list_ ? &*list_ : nullptr, added, ca, days);
  if (!next) return next.error();
  const std::string text = next->pem();
  if (text.empty()) return openssl_refused("to encode the revocation list");
  auto file = atomic_file::make(path_, existing::replaced, text);
  if (!file) return file.error();
  if (auto out = file->publish(0644); !out) return out;
  list_.emplace(std::move(*next));
  return {};
}

} // namespace asio_chat::tls::x509
