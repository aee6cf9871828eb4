#include "tls/revocation.hpp"

#include "tls/file.hpp"
#include "tls/refusal.hpp"

#include <asio_chat/tls/certificate_info.hpp>

#include <fmt/format.h>

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <filesystem>

namespace asio_chat::tls {

namespace {

using store_ptr = openssl_ptr<X509_STORE, X509_STORE_free>;
using list_stack =
    openssl_ptr<STACK_OF(X509_CRL), [](STACK_OF(X509_CRL) * s) { sk_X509_CRL_free(s); }>;
using certificate_stack = openssl_ptr<STACK_OF(X509), [](STACK_OF(X509) * s) { sk_X509_free(s); }>;
using store_context_ptr = openssl_ptr<X509_STORE_CTX, X509_STORE_CTX_free>;

constexpr const char* what = "the revocation list";

result<void> parse_lists(const std::string& text, const std::string& where,
                         std::vector<shared_list>& all) {
  const bio_ptr bio = reader(text);
  std::size_t found = 0;
  for (; X509_CRL* next = PEM_read_bio_X509_CRL(bio.get(), nullptr, refuse_passphrase, nullptr);
       ++found)
    all.emplace_back(next, X509_CRL_free);
  if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
    return fail(
        errc::bad_certificate_file,
        fmt::format("{} is damaged: its list number {} cannot be decoded", where, found + 1));
  ERR_clear_error();
  if (found == 0)
    return fail(errc::bad_certificate_file,
                fmt::format("{} holds none: a file with -----BEGIN X509 CRL----- is asked for, as "
                            "`asio-chat-certs crl` makes it",
                            where));
  return {};
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

std::string subject_of(X509* certificate) {
  return describe(certificate).subject;
}

bool is_of(const X509_CRL* list, X509* ca) {
  return X509_NAME_cmp(X509_get_subject_name(ca), X509_CRL_get_issuer(list)) == 0;
}

/// What a store's chains are checked by; the store owns it.
struct revocation_check {
  store_ptr nothing; ///< a context takes a store, but no list from it
  std::vector<shared_list> lists;
  std::vector<shared_certificate> anchors;
};

int check_slot() {
  static const int index = X509_STORE_get_ex_new_index(
      0, nullptr, nullptr, nullptr, [](void*, void* check, CRYPTO_EX_DATA*, int, long, void*) {
        delete static_cast<revocation_check*>(check);
      });
  return index;
}

/// The signer of an anchor: another one, or a root itself. Null if that is not known here.
X509* issuer_of(X509* anchor, const std::vector<shared_certificate>& anchors) {
  for (const shared_certificate& issuer : anchors)
    if (X509_check_ca(issuer.get()) != 0 && X509_check_issued(issuer.get(), anchor) == X509_V_OK &&
        X509_verify(anchor, X509_get0_pubkey(issuer.get())) == 1)
      return X509_cmp(issuer.get(), anchor) == 0 ? anchor : issuer.get();
  return nullptr;
}

/// The rest of the chain is judged by the caller.
int only_revocation(int good, X509_STORE_CTX* context) {
  const int error = X509_STORE_CTX_get_error(context);
  return good == 1 || error == X509_V_ERR_CERT_HAS_EXPIRED || error == X509_V_ERR_CERT_NOT_YET_VALID
             ? 1
             : 0;
}

/// The lists of an issuer, not owned. Only if there are several of its name are they asked whose
/// key has signed them: OpenSSL takes the newest, and a CA may have a new key.
list_stack lists_of(X509* issuer, const std::vector<shared_list>& all) {
  std::vector<X509_CRL*> some;
  for (const shared_list& list : all)
    if (is_of(list.get(), issuer)) some.push_back(list.get());
  const bool several = some.size() > 1;
  list_stack stack(sk_X509_CRL_new_null());
  for (X509_CRL* list : some)
    if (stack && (!several || X509_CRL_verify(list, X509_get0_pubkey(issuer)) == 1))
      sk_X509_CRL_push(stack.get(), list);
  return stack;
}

/// What the issuer's list says of a certificate: X509_V_OK or X509_V_ERR_...
int verdict(X509_STORE_CTX* chain_context, const revocation_check& check, X509* certificate,
            X509* issuer) {
  const list_stack lists = lists_of(issuer, check.lists);
  const certificate_stack trusted(sk_X509_new_null());
  const store_context_ptr context(X509_STORE_CTX_new());
  if (!trusted || !lists || !context || sk_X509_push(trusted.get(), issuer) == 0 ||
      X509_STORE_CTX_init(context.get(), check.nothing.get(), certificate, nullptr) != 1)
    return X509_V_ERR_OUT_OF_MEM;
  X509_STORE_CTX_set0_trusted_stack(context.get(), trusted.get());
  X509_STORE_CTX_set0_crls(context.get(), lists.get());
  X509_STORE_CTX_set_flags(context.get(), X509_V_FLAG_CRL_CHECK | X509_V_FLAG_PARTIAL_CHAIN);
  X509_STORE_CTX_set_verify_cb(context.get(), only_revocation);
  const X509_VERIFY_PARAM* asked = X509_STORE_CTX_get0_param(chain_context);
  if ((X509_VERIFY_PARAM_get_flags(asked) & X509_V_FLAG_USE_CHECK_TIME) != 0)
    X509_STORE_CTX_set_time(context.get(), 0, X509_VERIFY_PARAM_get_time(asked));
  if (X509_verify_cert(context.get()) == 1) return X509_V_OK;
  const int error = X509_STORE_CTX_get_error(context.get());
  return error != X509_V_OK ? error : X509_V_ERR_UNSPECIFIED;
}

std::string reason(int error, X509* certificate, X509* issuer) {
  const std::string whose = subject_of(issuer);
  const std::string shown = subject_of(certificate);
  switch (error) {
  case X509_V_ERR_CERT_REVOKED:
    return fmt::format("the certificate {} was revoked by {}", shown, whose);
  case X509_V_ERR_UNABLE_TO_GET_CRL:
    return fmt::format("the certificate {} cannot be checked: the revocation list of {} is missing",
                       shown, whose);
  case X509_V_ERR_CRL_HAS_EXPIRED:
    return fmt::format(
        "the certificate {} cannot be checked: the revocation list of {} is out of date", shown,
        whose);
  case X509_V_ERR_CRL_NOT_YET_VALID:
    return fmt::format(
        "the certificate {} cannot be checked: the revocation list of {} is not valid yet", shown,
        whose);
  default:
    return fmt::format(
        "the certificate {} cannot be checked: the revocation list of {} cannot be used ({})",
        shown, whose, X509_verify_cert_error_string(error));
  }
}

bool is_covered(X509_STORE_CTX* chain_context, const revocation_check& check, int depth,
                X509* certificate, X509* issuer) {
  const int error = verdict(chain_context, check, certificate, issuer);
  if (error == X509_V_OK) return true;
  if (auto* ssl = static_cast<SSL*>(
          X509_STORE_CTX_get_ex_data(chain_context, SSL_get_ex_data_X509_STORE_CTX_idx())))
    note_refusal(ssl, reason(error, certificate, issuer));
  X509_STORE_CTX_set_error(chain_context, error);
  X509_STORE_CTX_set_error_depth(chain_context, depth);
  X509_STORE_CTX_set_current_cert(chain_context, certificate);
  return X509_STORE_CTX_get_verify_cb(chain_context)(0, chain_context) == 1;
}

int anchor_depth(const STACK_OF(X509) * chain, const std::vector<shared_certificate>& anchors) {
  const int last = sk_X509_num(chain) - 1;
  for (int depth = 0; depth < last; ++depth) {
    const X509* one = sk_X509_value(chain, depth);
    if (std::ranges::any_of(anchors, [one](const auto& a) { return X509_cmp(a.get(), one) == 0; }))
      return depth;
  }
  return last;
}

// OpenSSL calls this once a chain is built, in the place of its own check.
int check_chain(X509_STORE_CTX* context) {
  const auto& check = *static_cast<revocation_check*>(
      X509_STORE_get_ex_data(X509_STORE_CTX_get0_store(context), check_slot()));
  const STACK_OF(X509)* chain = X509_STORE_CTX_get0_chain(context);
  // What a client sends behind a certificate that is an anchor itself says nothing.
  const int last = anchor_depth(chain, check.anchors);
  for (int depth = 0; depth < last; ++depth)
    if (!is_covered(context, check, depth, sk_X509_value(chain, depth),
                    sk_X509_value(chain, depth + 1)))
      return 0;
  X509* anchor = sk_X509_value(chain, last);
  // CAs may have signed each other.
  for (std::size_t up = 0; up <= check.anchors.size(); ++up) {
    X509* issuer = issuer_of(anchor, check.anchors);
    if (issuer == nullptr) return 1;
    if (!is_covered(context, check, last, anchor, issuer)) return 0;
    if (issuer == anchor) return 1;
    anchor = issuer;
  }
  return 1;
}

/// Empty if its clients can be checked.
std::string problem_of(X509* ca, const std::vector<shared_list>& lists) {
  const std::string name = subject_of(ca);
  if ((X509_get_key_usage(ca) & KU_CRL_SIGN) == 0)
    return fmt::format("cannot be of {}, whose key usage lacks cRLSign, so that nobody who has a "
                       "certificate of that one could come in",
                       name);
  bool namesake = false;
  for (const shared_list& list : lists) {
    if (!is_of(list.get(), ca)) continue;
    if (X509_CRL_verify(list.get(), X509_get0_pubkey(ca)) == 1) return {};
    namesake = true;
  }
  return fmt::format("is not of {}, so that nobody who has a certificate of that one could come "
                     "in: its list is missing{}",
                     name, namesake ? ", and one of that name has another key's signature" : "");
}

} // namespace

std::vector<std::string> lists_without_ca(const std::vector<shared_list>& lists,
                                          const std::vector<shared_certificate>& anchors) {
  const error_queue_scope queue;
  std::vector<std::string> names;
  for (const shared_certificate& anchor : anchors) {
    const X509_NAME* issuer = X509_get_issuer_name(anchor.get());
    const auto is_issuer = [issuer](const auto& ca) {
      return X509_NAME_cmp(X509_get_subject_name(ca.get()), issuer) == 0;
    };
    const auto is_issuers = [issuer](const auto& list) {
      return X509_NAME_cmp(X509_CRL_get_issuer(list.get()), issuer) == 0;
    };
    if (std::ranges::none_of(anchors, is_issuer) && std::ranges::any_of(lists, is_issuers))
      names.push_back(describe(anchor.get()).issuer);
  }
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

result<std::vector<shared_list>> read_revocation_lists(const std::string& path) {
  const error_queue_scope queue;
  const auto files = files_of(path);
  if (!files) return files.error();
  std::vector<shared_list> all;
  for (const std::string& file : *files) {
    const auto text = read_file(file, what);
    if (!text) return text.error();
    if (auto read = parse_lists(*text, list_file(file), all); !read) return read.error();
  }
  return all;
}

result<std::vector<shared_list>> parse_revocation_lists(const std::string& pem,
                                                        const std::string& where) {
  const error_queue_scope queue;
  std::vector<shared_list> all;
  if (auto read = parse_lists(pem, where, all); !read) return read.error();
  return all;
}

std::string list_file(const std::string& path) {
  return fmt::format("{} '{}'", what, path);
}

result<void> check_revocation(X509_STORE* store, const std::vector<shared_list>& lists,
                              const std::vector<shared_certificate>& anchors,
                              const std::string& where) {
  const error_queue_scope queue;
  auto check = std::make_unique<revocation_check>();
  check->nothing.reset(X509_STORE_new());
  check->lists = lists;
  check->anchors = anchors;
  for (const shared_certificate& anchor : anchors) {
    if (X509_check_ca(anchor.get()) == 0) continue;
    if (const auto problem = problem_of(anchor.get(), lists); !problem.empty())
      return fail(errc::bad_certificate_file, fmt::format("{} {}", where, problem));
  }
  if (!check->nothing || X509_STORE_set_ex_data(store, check_slot(), check.get()) != 1)
    return fail(errc::bad_setting, "OpenSSL cannot be told to check for revocation");
  (void)check.release(); // the store's now
  X509_STORE_set_check_revocation(store, check_chain);
  return {};
}

} // namespace asio_chat::tls
