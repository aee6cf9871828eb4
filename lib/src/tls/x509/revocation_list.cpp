#include "tls/x509/revocation_list.hpp"

#include "base/atomic_file.hpp"
#include "tls/file.hpp"
#include "tls/openssl_ptr.hpp"
#include "tls/x509/signing.hpp"

#include <asio_chat/tls/certificate_info.hpp>

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/pem.h>

#include <algorithm>
#include <filesystem>

namespace asio_chat::tls::x509 {

namespace {

using integer_ptr = openssl_ptr<ASN1_INTEGER, ASN1_INTEGER_free>;
using number_ptr = openssl_ptr<BIGNUM, BN_free>;
using time_ptr = openssl_ptr<ASN1_TIME, ASN1_TIME_free>;

/// Empty if it cannot be encoded.
time_ptr time_from(std::chrono::sys_seconds time) {
  return time_ptr(ASN1_TIME_set(nullptr, time.time_since_epoch().count()));
}

bool add_entry(X509_CRL* crl, revoked_ptr entry) {
  if (!entry || X509_CRL_add0_revoked(crl, entry.get()) != 1) return false;
  (void)entry.release(); // the list's now
  return true;
}

bool copy_entries(X509_CRL* from, X509_CRL* to) {
  const STACK_OF(X509_REVOKED)* entries = X509_CRL_get_REVOKED(from);
  for (int i = 0; i < sk_X509_REVOKED_num(entries); ++i)
    if (!add_entry(to, revoked_ptr(X509_REVOKED_dup(sk_X509_REVOKED_value(entries, i)))))
      return false;
  return true;
}

integer_ptr number_of(const X509_CRL* crl) {
  return integer_ptr(
      static_cast<ASN1_INTEGER*>(X509_CRL_get_ext_d2i(crl, NID_crl_number, nullptr, nullptr)));
}

bool set_number(X509_CRL* crl, const X509_CRL* before) {
  const integer_ptr last = before != nullptr ? number_of(before) : nullptr;
  const number_ptr number(last ? ASN1_INTEGER_to_BN(last.get(), nullptr) : BN_new());
  if (!number || BN_add_word(number.get(), 1) != 1) return false;
  const integer_ptr next(BN_to_ASN1_INTEGER(number.get(), nullptr));
  return next && X509_CRL_add1_ext_i2d(crl, NID_crl_number, next.get(), 0, 0) == 1;
}

bool set_authority(X509_CRL* crl, X509* ca) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, ca, nullptr, nullptr, crl, 0);
  const auto extension = make_extension(&context, NID_authority_key_identifier, "keyid,issuer");
  return extension && X509_CRL_add_ext(crl, extension.get(), -1) == 1;
}

bool set_update_times(X509_CRL* crl, int days) {
  const auto now = time_of_signing();
  const time_ptr this_update = time_from(now);
  const time_ptr next_update = time_from(now + std::chrono::days(days));
  return this_update && next_update && X509_CRL_set1_lastUpdate(crl, this_update.get()) == 1 &&
         X509_CRL_set1_nextUpdate(crl, next_update.get()) == 1;
}

result<void> check_list_issuer(const identity& ca) {
  auto able = check_issuer(ca);
  if (!able) return able;
  if ((X509_get_key_usage(ca.certificate.get()) & KU_CRL_SIGN) == 0)
    return fail(errc::bad_certificate_file,
                "the CA's certificate does not allow it to sign revocation lists (its key usage "
                "lacks cRLSign)");
  return {};
}

} // namespace

result<revocation_list> revocation_list::read(const std::string& path, X509* ca) {
  const std::string what = "the revocation list";
  const auto refuse = [&](std::string_view why) {
    return fail(errc::bad_certificate_file, fmt::format("{} '{}' {}", what, path, why));
  };
  auto text = read_file(path, what);
  if (!text) return text.error();

  const error_queue_scope queue;
  const bio_ptr bio = reader(*text);
  crl_ptr crl(PEM_read_bio_X509_CRL(bio.get(), nullptr, refuse_passphrase, nullptr));
  if (!crl) {
    const bool damaged = text->find("-----BEGIN X509 CRL-----") != std::string::npos;
    return refuse(damaged ? "is damaged: it cannot be decoded"
                          : "is none: it holds no `BEGIN X509 CRL` in PEM");
  }
  if (X509_NAME_cmp(X509_CRL_get_issuer(crl.get()), X509_get_subject_name(ca)) != 0)
    return refuse("is of another CA");
  if (X509_CRL_verify(crl.get(), X509_get0_pubkey(ca)) != 1)
    return refuse("was not signed with this CA's key");
  if (X509_CRL_get_ext_by_critical(crl.get(), 1, -1) >= 0)
    return refuse("is partial, or indirect: only a CA's own whole list can be carried on");
  return revocation_list(std::move(crl));
}

result<revocation_list> revocation_list::reissue(const revocation_list* before,
                                                 const revocation* added, const identity& ca,
                                                 int days) {
  const error_queue_scope queue;
  auto able = check_list_issuer(ca);
  if (!able) return able.error();
  auto sound = check_days(days, "a revocation list");
  if (!sound) return sound.error();

  X509_CRL* const old = before != nullptr ? before->crl_.get() : nullptr;
  X509* const issuer = ca.certificate.get();
  crl_ptr made(X509_CRL_new());
  X509_CRL* crl = made.get();
  const bool filled = crl != nullptr && X509_CRL_set_version(crl, X509_CRL_VERSION_2) == 1 &&
                      X509_CRL_set_issuer_name(crl, X509_get_subject_name(issuer)) == 1 &&
                      set_update_times(crl, days) && (old == nullptr || copy_entries(old, crl)) &&
                      (added == nullptr || add_entry(crl, make_entry(*added))) &&
                      set_authority(crl, issuer) && set_number(crl, old) && X509_CRL_sort(crl) == 1;
  if (!filled) return openssl_refused("to fill in the revocation list");
  if (X509_CRL_sign(crl, ca.key.get(), digest_for(ca.key.get())) == 0)
    return openssl_refused("to sign the revocation list");
  return revocation_list(std::move(made));
}

std::optional<revocation> revocation_list::find(const std::string& serial) const {
  const error_queue_scope queue;
  const STACK_OF(X509_REVOKED)* entries = X509_CRL_get_REVOKED(crl_.get());
  for (int i = 0; i < sk_X509_REVOKED_num(entries); ++i) {
    const X509_REVOKED* entry = sk_X509_REVOKED_value(entries, i);
    if (serial_text(X509_REVOKED_get0_serialNumber(entry)) == serial) return read_entry(entry);
  }
  return std::nullopt;
}

std::size_t revocation_list::size() const {
  return static_cast<std::size_t>(
      std::max(0, sk_X509_REVOKED_num(X509_CRL_get_REVOKED(crl_.get()))));
}

std::string revocation_list::number() const {
  const error_queue_scope queue;
  const integer_ptr integer = number_of(crl_.get());
  const number_ptr number(integer ? ASN1_INTEGER_to_BN(integer.get(), nullptr) : nullptr);
  char* digits = number ? BN_bn2dec(number.get()) : nullptr;
  std::string text = digits != nullptr ? digits : "";
  OPENSSL_free(digits);
  return text;
}

std::chrono::sys_seconds revocation_list::this_update() const {
  return time_of(X509_CRL_get0_lastUpdate(crl_.get()));
}

std::chrono::sys_seconds revocation_list::next_update() const {
  const ASN1_TIME* time = X509_CRL_get0_nextUpdate(crl_.get());
  return time != nullptr ? time_of(time) : std::chrono::sys_seconds();
}

std::string revocation_list::pem() const {
  const error_queue_scope queue;
  const bio_ptr bio = memory_bio();
  if (!bio || PEM_write_bio_X509_CRL(bio.get(), crl_.get()) != 1) return {};
  return drain(bio.get());
}

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
