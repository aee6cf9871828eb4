#include "tls/server_files.hpp"

#include "tls/file.hpp"

#include <asio_chat/tls/certificate_info.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace asio_chat::tls {

namespace {

// What belongs together goes by this name: a CA's certificates by subject, its lists by issuer.
const X509_NAME* name_of(const shared_certificate& ca) {
  return X509_get_subject_name(ca.get());
}

const X509_NAME* name_of(const shared_list& list) {
  return X509_CRL_get_issuer(list.get());
}

template <class Part>
bool is_of(const Part& part, const X509_NAME* name) {
  return X509_NAME_cmp(name_of(part), name) == 0;
}

/// The one of a name that counts: if any holds now the one that does so longest, else the next that
/// will, else the last one that did.
template <class Part>
validity best_of(const std::vector<Part>& parts, const X509_NAME* name, wall_time now) {
  const auto rank = [now](const validity& v) { return v.holds(now) ? 2 : v.begins > now ? 1 : 0; };
  validity best{};
  for (const Part& part : parts) {
    if (!is_of(part, name)) continue;
    const validity v = validity_of(part.get());
    const bool sooner = rank(v) == 1 ? v.begins < best.begins : v.ends > best.ends;
    if (best.ends == std::chrono::sys_seconds() || rank(v) > rank(best) ||
        (rank(v) == rank(best) && sooner))
      best = v;
  }
  return best;
}

/// Each name once, in the order of the file.
template <class Part>
std::vector<const X509_NAME*> names_of(const std::vector<Part>& parts) {
  std::vector<const X509_NAME*> names;
  for (const Part& part : parts)
    if (std::ranges::none_of(names, [&](const X509_NAME* n) { return is_of(part, n); }))
      names.push_back(name_of(part));
  return names;
}

std::string text_of(const X509_NAME* name) {
  const openssl_ptr<X509, X509_free> bearer(X509_new());
  X509_set_subject_name(bearer.get(), name);
  return describe(bearer.get()).subject;
}

template <class Part>
std::vector<named_validity> times(const std::vector<Part>& parts, wall_time now) {
  std::vector<named_validity> all;
  for (const X509_NAME* name : names_of(parts))
    all.push_back({text_of(name), best_of(parts, name, now)});
  return all;
}

/// Those of `before` that bear the name and hold now.
template <class Part>
std::vector<Part> holding(const std::vector<Part>& before, const X509_NAME* name, wall_time now) {
  std::vector<Part> some;
  for (const Part& part : before)
    if (is_of(part, name) && validity_of(part.get()).holds(now)) some.push_back(part);
  return some;
}

void keep_own_certificate(server_files& fresh, const server_files& before, wall_time now,
                          std::vector<kept_part>& kept) {
  if (before.own.chain.empty()) return;
  const shared_certificate certificate = fresh.own.chain.front();
  const validity time = validity_of(certificate.get());
  const validity time_before = validity_of(before.own.chain.front().get());
  if (time.holds(now) || !time_before.holds(now)) return;
  fresh.own = before.own;
  fresh.ocsp_response = before.ocsp_response; // it is about the certificate
  kept.push_back(
      {"the server's certificate", describe(certificate.get()).subject, time, time_before});
}

/// @param replaced the name in the new files in whose place they stay
template <class Part>
bool keep_parts(std::vector<Part>& fresh, const std::vector<Part>& before, const X509_NAME* name,
                const X509_NAME* replaced, std::string_view what, wall_time now,
                std::vector<kept_part>& kept) {
  const std::vector<Part> good = holding(before, name, now);
  if (good.empty()) return false;
  kept.push_back(
      {std::string(what), text_of(name), best_of(fresh, replaced, now), best_of(good, name, now)});
  fresh.insert(fresh.end(), good.begin(), good.end());
  return true;
}

void keep_anchors(server_files& fresh, const server_files& before, wall_time now,
                  std::vector<kept_part>& kept) {
  constexpr std::string_view what = "the client CA";
  const std::vector<shared_certificate> read = fresh.anchors;
  const auto names = names_of(read);
  const auto is_usable = [&](const X509_NAME* name) { return best_of(read, name, now).holds(now); };
  if (std::ranges::any_of(names, is_usable)) {
    for (const X509_NAME* name : names)
      if (!is_usable(name)) keep_parts(fresh.anchors, before.anchors, name, name, what, now, kept);
    return;
  }
  // Nobody could come in by these files, whatever their CAs are called.
  for (const X509_NAME* name : names_of(before.anchors))
    if (!names.empty())
      keep_parts(fresh.anchors, before.anchors, name, names.front(), what, now, kept);
}

void keep_lists(server_files& fresh, const server_files& before, wall_time now,
                std::vector<kept_part>& kept) {
  const std::vector<shared_list> read = fresh.lists;
  for (const X509_NAME* name : names_of(read))
    if (!best_of(read, name, now).holds(now))
      keep_parts(fresh.lists, before.lists, name, name, "the revocation list", now, kept);
  if (read.empty()) return;
  // A CA that stays takes its list with it, where the new files have none by its key.
  for (const shared_certificate& ca : fresh.anchors) {
    if (std::ranges::find(before.anchors, ca) == before.anchors.end()) continue;
    const auto is_its_own = [&ca](const shared_list& list) {
      return is_of(list, name_of(ca)) &&
             X509_CRL_verify(list.get(), X509_get0_pubkey(ca.get())) == 1;
    };
    if (std::ranges::any_of(fresh.lists, is_its_own)) continue;
    for (const shared_list& list : holding(before.lists, name_of(ca), now))
      if (is_its_own(list)) fresh.lists.push_back(list);
  }
}

} // namespace

validity validity_of(const X509* certificate) {
  return {time_of(X509_get0_notBefore(certificate)), time_of(X509_get0_notAfter(certificate))};
}

validity validity_of(const X509_CRL* list) {
  const ASN1_TIME* end = X509_CRL_get0_nextUpdate(list);
  return {time_of(X509_CRL_get0_lastUpdate(list)), end != nullptr ? time_of(end) : no_end};
}

result<server_files> read_server_files(const tls_server_config& config) {
  const error_queue_scope queue;
  server_files files;
  auto own = read_own_certificate(own_source(config));
  if (!own) return own.error();
  files.own = *std::move(own);
  if (!config.ocsp_response_file.empty()) {
    auto der = read_file(config.ocsp_response_file, "the OCSP response");
    if (!der) return der.error();
    files.ocsp_response = *std::move(der);
  }
  if (config.clients == client_certificates::none) return files;
  auto anchors = read_anchors(config.client_ca_file, "the client CA file", config.client_ca_pem,
                              "client_ca_pem");
  if (!anchors) return anchors.error();
  files.anchors = *std::move(anchors);
  if (checks_revocation(config)) {
    auto lists = config.client_crl_pem.empty()
                     ? read_revocation_lists(config.client_crl_file)
                     : parse_revocation_lists(config.client_crl_pem, "client_crl_pem");
    if (!lists) return lists.error();
    files.lists = *std::move(lists);
  }
  if (!config.blocked_certificates_file.empty()) {
    auto blocked = block_list::read(config.blocked_certificates_file);
    if (!blocked) return blocked.error();
    files.blocked = *std::move(blocked);
  }
  return files;
}

std::vector<kept_part> keep_what_holds(server_files& fresh, const server_files& before,
                                       wall_time now) {
  const error_queue_scope queue;
  std::vector<kept_part> kept;
  keep_own_certificate(fresh, before, now, kept);
  keep_anchors(fresh, before, now, kept);
  keep_lists(fresh, before, now, kept);
  return kept;
}

std::vector<named_validity> anchor_times(const server_files& files, wall_time now) {
  return times(files.anchors, now);
}

std::vector<named_validity> list_times(const server_files& files, wall_time now) {
  return times(files.lists, now);
}

} // namespace asio_chat::tls
