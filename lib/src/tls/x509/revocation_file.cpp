#include "tls/x509/revocation_file.hpp"

#include "tls/x509/directory_lock.hpp"
#include "tls/x509/signing.hpp"
#include "tls/x509/staged_file.hpp"

#include <filesystem>

namespace asio_chat::tls::x509 {

result<revocation_file> revocation_file::open(const std::string& path, X509* ca) {
  namespace fs = std::filesystem;
  const fs::path directory = fs::path(path).parent_path();
  auto lock = lock_directory(directory.empty() ? "." : directory.string(),
                             "the directory of the revocation list");
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
  auto staged = staged_file::write(path_, text, 0644);
  if (!staged) return staged.error();
  auto out = staged->publish(true);
  if (!out) return out;
  list_.emplace(std::move(*next));
  return {};
}

} // namespace asio_chat::tls::x509
