// All combinations of the anchors in a file of client CAs, the lists that are given, and what may
// be wrong at each tier: root, intermediate, client.
#include "tls/revocation.hpp"

#include "unit/tls/revocation_lists.hpp"
#include "unit/tls/world.hpp"

#include "support/catch.hpp"
#include "tls/server_context.hpp"
#include "tls/x509/signing.hpp"

#include <asio_chat/tls/context.hpp>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <map>

using namespace asio_chat;
using namespace asio_chat::tls::test;
namespace x509 = asio_chat::tls::x509;
using Catch::Matchers::Contains;

namespace {

/// A CA that may have CAs below it.
x509::identity make_tier(const std::string& name, const x509::identity* issuer, bool is_expired) {
  x509::request what;
  what.common_name = name;
  what.for_role = x509::role::ca;
  auto made = x509::issue(is_expired ? expired(what) : what, nullptr).value();
  X509* certificate = made.certificate.get();
  X509_EXTENSION_free(
      X509_delete_ext(certificate, X509_get_ext_by_NID(certificate, NID_basic_constraints, -1)));
  const auto may = x509::make_extension(nullptr, NID_basic_constraints, "critical,CA:TRUE");
  X509_add_ext(certificate, may.get(), -1);
  const x509::identity& signer = issuer != nullptr ? *issuer : made;
  X509_set_issuer_name(certificate, X509_get_subject_name(signer.certificate.get()));
  X509_sign(certificate, signer.key.get(), x509::digest_for(signer.key.get()));
  return made;
}

/// What is wrong, in the order of the letters in a row of the table below.
enum class fault {
  none,
  client_revoked,
  intermediate_revoked,
  root_revoked,
  client_expired,
  intermediate_expired,
  root_expired,
  intermediates_list_ended,
  roots_list_ended,
};
constexpr int faults = 9;

struct tiers {
  scratch files;
  x509::identity root;
  x509::identity intermediate;
  x509::identity client;
  std::map<std::string, std::string> pem;

  explicit tiers(fault f)
      : root(make_tier("root", nullptr, f == fault::root_expired))
      , intermediate(make_tier("intermediate", &root, f == fault::intermediate_expired)) {
    x509::request what;
    what.common_name = "client";
    what.for_role = x509::role::client;
    client = x509::issue(f == fault::client_expired ? expired(what) : what, &intermediate).value();
    for (const auto& [name, who] :
         {std::pair("root", &root), std::pair("intermediate", &intermediate),
          std::pair("client", &client)}) {
      files.put(name, *who);
      pem[name] = files.read(std::string(name) + "-cert.pem");
    }
    // A client sends the certificates between its own one and the root.
    files.write("client-cert.pem", pem["client"] + pem["intermediate"]);
    const auto list = [&](const x509::identity& ca, std::vector<std::string> revoked, bool ended) {
      return make_list(ca, {.revoked = std::move(revoked),
                            .begins = std::chrono::hours(-24),
                            .ends = std::chrono::hours(ended ? -1 : 24)});
    };
    pem["intermediate's list"] = list(intermediate,
                                      f == fault::client_revoked ? std::vector{serial_of(client)}
                                                                 : std::vector<std::string>(),
                                      f == fault::intermediates_list_ended);
    std::vector<std::string> of_root;
    if (f == fault::intermediate_revoked) of_root = {serial_of(intermediate)};
    if (f == fault::root_revoked) of_root = {serial_of(root)};
    pem["root's list"] = list(root, of_root, f == fault::roots_list_ended);
    files.put("server", make_self_signed());
  }

  std::string file_of(const std::vector<std::string>& parts, const std::string& name) {
    std::string text;
    for (const auto& part : parts)
      text += pem[part];
    return files.write(name, text);
  }

  tls_server_config server(const std::vector<std::string>& anchors,
                           const std::vector<std::string>& lists) {
    auto config = files.server("server");
    config.clients = client_certificates::required;
    config.client_ca_file = file_of(anchors, "anchors.pem");
    if (!lists.empty()) config.client_crl_file = file_of(lists, "lists.pem");
    return config;
  }

  meeting met(const tls_server_config& config) {
    tls_client_config as;
    as.ca_file = files.certificate("server");
    as.certificate_file = files.certificate("client");
    as.private_key_file = files.key("client");
    const auto context = tls::server_context::make(config).value();
    return meet(as, context->ssl()->native_handle());
  }

  /// `.` let in, `R` revoked, `E` expired, `O` a list is out of date, `M` missing, `S` no start.
  char outcome(const std::vector<std::string>& anchors, const std::vector<std::string>& lists) {
    const auto config = server(anchors, lists);
    if (!tls::server_context::make(config)) return 'S';
    const auto m = met(config);
    if (!m.server_error) return '.';
    const auto says = [&](const char* words) {
      return m.server_reason.find(words) != std::string::npos;
    };
    return says("was revoked")   ? 'R'
           : says("out of date") ? 'O'
           : says("list of CN=") ? 'M'
           : says("has expired") ? 'E'
                                 : '?';
  }
};

const std::string r = "root";
const std::string i = "intermediate";
const std::string c = "client";
const std::string rl = "root's list";
const std::string il = "intermediate's list";

} // namespace

TEST_CASE("client CAs in tiers and their lists: who comes in", "[tls]") {
  struct row {
    std::vector<std::string> anchors;
    std::vector<std::string> lists;
    std::string outcomes;
  };
  // Nothing is known of a CA above an anchor, unless that is an anchor, too.
  const std::vector<row> table{
      //                       none; revoked: c i r; expired: c i r; list ended: i r
      {{r}, {}, "....EEE.."},
      {{r}, {il}, "SSSSSSSSS"},
      {{r}, {rl}, "MMMMMMMMM"},
      {{r}, {rl, il}, ".RRREEEOO"},
      {{i}, {}, "....EE..."},
      {{i}, {il}, ".R..EE.O."},
      {{i}, {rl}, "SSSSSSSSS"},
      {{i}, {rl, il}, ".R..EE.O."},
      {{r, i}, {}, "....EE..."},
      {{r, i}, {il}, "SSSSSSSSS"},
      {{r, i}, {rl}, "SSSSSSSSS"},
      {{r, i}, {rl, il}, ".RRREE.OO"},
      {{c}, {}, "....EE..."},
      {{c}, {il}, "....EE..."},
      {{c}, {rl, il}, "....EE..."},
      {{c, r}, {}, "....EEE.."},
      {{c, r}, {rl, il}, "....EEE.."},
      {{c, i}, {}, "....EE..."},
      {{c, i}, {il}, ".R..EE.O."},
      {{c, i, r}, {}, "....EE..."},
      {{c, i, r}, {rl, il}, ".RRREE.OO"},
  };
  for (int f = 0; f < faults; ++f) {
    tiers t{static_cast<fault>(f)};
    for (const row& one : table) {
      CAPTURE(f, one.anchors, one.lists);
      const std::string shown(1, t.outcome(one.anchors, one.lists));
      CHECK(shown == std::string(1, one.outcomes[static_cast<std::size_t>(f)]));
    }
  }
}

TEST_CASE("a CA whose list is missing is named, at the start and in the handshake", "[tls]") {
  tiers t{fault::none};
  const auto refusal = [&](const std::vector<std::string>& anchors,
                           const std::vector<std::string>& lists) {
    return tls::server_context::make(t.server(anchors, lists)).error().message;
  };
  CHECK_THAT(refusal({r, i}, {il}), Contains("lists.pem' is not of CN=root,"));
  CHECK_THAT(refusal({r, i}, {rl}), Contains("lists.pem' is not of CN=intermediate,"));
  CHECK(t.met(t.server({r}, {rl})).server_reason ==
        "the certificate CN=client cannot be checked: the revocation list of CN=intermediate is "
        "missing");
}

TEST_CASE("a refusal names the tier that was revoked", "[tls]") {
  tiers client{fault::client_revoked};
  CHECK(client.met(client.server({r, i}, {rl, il})).server_reason ==
        "the certificate CN=client was revoked by CN=intermediate");
  tiers intermediate{fault::intermediate_revoked};
  CHECK(intermediate.met(intermediate.server({r, i}, {rl, il})).server_reason ==
        "the certificate CN=intermediate was revoked by CN=root");
}

TEST_CASE("a list that cannot speak about its anchor is named", "[tls]") {
  tiers t{fault::none};
  const auto without_ca = [&](const std::vector<std::string>& anchors) {
    return tls::server_context::make(t.server(anchors, {rl, il})).value()->lists_without_ca();
  };
  CHECK(without_ca({i}) == std::vector<std::string>{"CN=root"});
  CHECK(without_ca({c}) == std::vector<std::string>{"CN=intermediate"});
  CHECK(without_ca({r, i}).empty());
  CHECK(without_ca({r}).empty()); // clients send the intermediate
}

TEST_CASE("a single self-signed certificate needs no list beside a CA that has one", "[tls]") {
  tiers t{fault::none};
  t.files.put("alone", make_self_signed("alone"));
  t.pem["alone"] = t.files.read("alone-cert.pem");
  const auto config = t.server({"alone", r}, {rl, il});
  CHECK_FALSE(t.met(config).server_error);
  tls_client_config as;
  as.ca_file = t.files.certificate("server");
  as.certificate_file = t.files.certificate("alone");
  as.private_key_file = t.files.key("alone");
  CHECK_FALSE(meet(as, config).server_error);
}

TEST_CASE("CAs that have signed each other do not keep a check busy for ever", "[tls]") {
  tiers t{fault::none};
  // The root again, this time signed by the intermediate.
  tls::certificate_ptr crossed(X509_dup(t.root.certificate.get()));
  X509_set_issuer_name(crossed.get(), X509_get_subject_name(t.intermediate.certificate.get()));
  X509_sign(crossed.get(), t.intermediate.key.get(), EVP_sha256());
  const tls::bio_ptr out(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(out.get(), crossed.get());
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  t.pem["crossed"] = std::string(data, static_cast<std::size_t>(size));
  CHECK_FALSE(t.met(t.server({"crossed", i}, {rl, il})).server_error);
}

TEST_CASE("a session is judged by new lists of all tiers", "[tls]") {
  tiers t{fault::intermediate_revoked};
  const auto before = tls::server_context::make(t.server({r, i}, {})).value();
  tls_client_config as;
  as.ca_file = t.files.certificate("server");
  as.certificate_file = t.files.certificate("client");
  as.private_key_file = t.files.key("client");
  const auto context = tls::make_client_context(as).value();
  pair ends(context->native_handle(), before->ssl()->native_handle());
  ends.run();
  REQUIRE(ends.server.done());
  const auto after = tls::server_context::make(t.server({r, i}, {rl, il})).value();
  const auto admitted = after->admit(ends.server.ssl(), system_wall_now());
  REQUIRE_FALSE(admitted.has_value());
  CHECK(admitted.error().code == errc::certificate_revoked);
  CHECK(admitted.error().message == "the certificate CN=intermediate was revoked by CN=root");
}
