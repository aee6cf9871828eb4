#include <asio_chat/tls/peer_policy.hpp>

#include "handshake.hpp"
#include "world.hpp"

#include "support/catch.hpp"

#include <asio_chat/tls/context.hpp>

#include <openssl/x509v3.h>

#include <algorithm>

using namespace asio_chat;
using namespace asio_chat::tls::test;
using tls::peer_policy;
namespace x509 = asio_chat::tls::x509;
using std::chrono::seconds;
using std::chrono::system_clock;

namespace {

peer_policy policy(const std::vector<std::string>& patterns) {
  return peer_policy::parse(patterns).value();
}

x509::identity client_of(const std::string& common_name) {
  x509::request what;
  what.common_name = common_name;
  what.for_role = x509::role::client;
  return x509::issue(what).value();
}

/// A certificate with a SubjectAltName in OpenSSL's own notation.
x509::identity named(const std::string& common_name, const std::string& alternatives) {
  x509::identity made = client_of(common_name);
  X509_EXTENSION* extension =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, alternatives.c_str());
  REQUIRE(extension != nullptr);
  X509_add_ext(made.certificate.get(), extension, -1);
  X509_EXTENSION_free(extension);
  return made;
}

/// A certificate with a dNSName that no tool would write.
x509::identity with_dns_bytes(const std::string& bytes) {
  x509::identity made = client_of("mallory");
  GENERAL_NAMES* names = GENERAL_NAMES_new();
  GENERAL_NAME* name = GENERAL_NAME_new();
  ASN1_IA5STRING* text = ASN1_IA5STRING_new();
  ASN1_STRING_set(text, bytes.data(), static_cast<int>(bytes.size()));
  GENERAL_NAME_set0_value(name, GEN_DNS, text);
  sk_GENERAL_NAME_push(names, name);
  X509_add1_ext_i2d(made.certificate.get(), NID_subject_alt_name, names, 0, X509V3_ADD_DEFAULT);
  GENERAL_NAMES_free(names);
  return made;
}

bool takes(const std::vector<std::string>& patterns, const x509::identity& who) {
  return policy(patterns).check(who.certificate.get(), system_clock::now()).has_value();
}

failure refusal(const std::vector<std::string>& patterns, const x509::identity& who) {
  return policy(patterns).check(who.certificate.get(), system_clock::now()).error();
}

} // namespace

TEST_CASE("B24: the common name decides", "[tls][peer_policy][B24]") {
  const auto clock = client_of("time-client");
  CHECK(takes({"cn:time-client"}, clock));
  CHECK(takes({"cn:other", "cn:time-client"}, clock));
  CHECK_FALSE(takes({"cn:Time-Client"}, clock));
  CHECK_FALSE(takes({"cn:time-clien"}, clock));
  CHECK_FALSE(takes({"cn:time-client2"}, clock));
  CHECK_FALSE(takes({"dns:time-client"}, clock));

  const failure why = refusal({"cn:time-client", "dns:*.example.org"}, client_of("mallory"));
  CHECK(why.code == errc::untrusted_certificate);
  CHECK(why.message == "none of the certificate's names (cn:mallory) is among those allowed: "
                       "cn:time-client, dns:*.example.org");
}

TEST_CASE("B24: a common name is compared as UTF-8, whole", "[tls][peer_policy][B24]") {
  CHECK(takes({"cn:Zo\xc3\xab"}, client_of("Zo\xc3\xab")));
  // The last one of several is the most specific.
  auto two = client_of("first");
  X509_NAME_add_entry_by_txt(X509_get_subject_name(two.certificate.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("second"), -1, -1, 0);
  CHECK(takes({"cn:second"}, two));
  CHECK_FALSE(takes({"cn:first"}, two));
}

TEST_CASE("B24: each kind of SubjectAltName decides", "[tls][peer_policy][B24]") {
  const auto who = named("x", "DNS:Clock.Example.org,IP:192.0.2.7,IP:2001:db8::1,"
                              "email:clock@example.org,URI:spiffe://example.org/clock");
  CHECK(takes({"dns:clock.example.org"}, who));
  CHECK(takes({"dns:CLOCK.example.org"}, who));
  CHECK(takes({"ip:192.0.2.7"}, who));
  CHECK(takes({"ip:2001:DB8:0:0::1"}, who));
  CHECK(takes({"email:clock@example.org"}, who));
  CHECK(takes({"uri:spiffe://example.org/clock"}, who));
  for (const char* other : {"dns:example.org", "ip:192.0.2.8", "ip:2001:db8::2",
                            "email:lock@example.org", "uri:spiffe://example.org/clock/2",
                            "uri:spiffe://example.org", "dns:192.0.2.7", "cn:clock.example.org"}) {
    CAPTURE(other);
    CHECK_FALSE(takes({other}, who));
  }
  CHECK(refusal({"cn:alice"}, who).message ==
        "none of the certificate's names (cn:x, dns:clock.example.org, ip:192.0.2.7, "
        "ip:2001:db8::1, email:clock@example.org, uri:spiffe://example.org/clock) is among those "
        "allowed: cn:alice");
}

TEST_CASE("B24: a star stands for a part of one label", "[tls][peer_policy][B24]") {
  struct row {
    const char* pattern;
    const char* name;
    bool taken;
  };
  for (const row& r : {row{"*.example.org", "a.example.org", true},
                       {"*.example.org", "a.b.example.org", false},
                       {"*.example.org", "example.org", false},
                       {"*.example.org", ".example.org", false},
                       {"*.example.org", "a.example.org.evil.net", false},
                       {"*.example.org", "aexample.org", false},
                       {"time-*.example.org", "time-1.example.org", true},
                       {"time-*.example.org", "time-.example.org", false},
                       {"time-*.example.org", "xtime-1.example.org", false},
                       {"*-b-*.org", "a-b-b-c.org", true},
                       {"a*b.org", "a.b.org", false},
                       {"*ab.*.org", "aab.x.org", true},
                       {"*ab.*.org", "aabx.x.org", false},
                       {"a.*", "a.b", true},
                       {"a.*", "a.b.c", false},
                       {"*", "localhost", true},
                       {"*", "a.b", false}}) {
    CAPTURE(r.pattern, r.name);
    CHECK(takes({std::string("dns:") + r.pattern}, named("x", std::string("DNS:") + r.name)) ==
          r.taken);
  }
}

TEST_CASE("B24: a NUL ends no name", "[tls][peer_policy][B24]") {
  const auto who = with_dns_bytes(std::string("clock.example.org\0.evil.net", 27));
  CHECK_FALSE(takes({"dns:clock.example.org"}, who));
  CHECK_FALSE(takes({"dns:*.example.org"}, who));
}

TEST_CASE("B24, D19: the quotation in a refusal is harmless and short",
          "[tls][peer_policy][B24][D19]") {
  const auto printable = [](char c) { return c >= ' ' && c <= '~'; };
  const std::string steering = refusal({"cn:a"}, with_dns_bytes("\x1b]0;x\x07\n\xff\x9b")).message;
  CHECK(std::all_of(steering.begin(), steering.end(), printable));

  CHECK(refusal({"cn:a"}, with_dns_bytes(std::string(60'000, 'x'))).message.size() < 400);
  std::string many = "DNS:n";
  for (int i = 0; i < 500; ++i)
    many += ",DNS:n" + std::to_string(i);
  CHECK(refusal({"cn:a"}, named("x", many)).message.size() < 400);

  auto nobody = client_of("x");
  X509_NAME* subject = X509_get_subject_name(nobody.certificate.get());
  X509_NAME_ENTRY_free(X509_NAME_delete_entry(subject, 0));
  CHECK(refusal({"cn:a"}, nobody).message == "the certificate names nobody; allowed is cn:a");
}

TEST_CASE("B25, B26: the validity time, both ends included", "[tls][peer_policy][B25][B26]") {
  x509::request what;
  what.common_name = "clock";
  what.for_role = x509::role::client;
  what.days = 1;
  what.not_before = std::chrono::sys_days(std::chrono::year(2030) / 6 / 1);
  const auto who = x509::issue(what).value();
  const auto begin = system_clock::time_point(*what.not_before);
  const auto end = begin + std::chrono::days(1);
  const auto check = [&](system_clock::time_point now) {
    return peer_policy().check(who.certificate.get(), now);
  };
  CHECK(check(begin).has_value());
  CHECK(check(end).has_value());
  CHECK(check(end + std::chrono::milliseconds(999)).has_value());

  const auto early = check(begin - std::chrono::milliseconds(1));
  REQUIRE(early.has_error());
  CHECK(early.error().code == errc::certificate_expired);
  CHECK(early.error().message == "the certificate is not valid yet: it is valid from "
                                 "2030-06-01 00:00:00 UTC to 2030-06-02 00:00:00 UTC");
  const auto late = check(end + seconds(1));
  REQUIRE(late.has_error());
  CHECK(late.error().code == errc::certificate_expired);
  CHECK(late.error().message.find("the certificate has expired: ") == 0);
  // A good name does not make up for a bad time.
  CHECK(policy({"cn:clock"}).check(who.certificate.get(), end + seconds(1)).has_error());
}

TEST_CASE("B25: a time that cannot be read is no time", "[tls][peer_policy][B25]") {
  const auto who = client_of("x");
  ASN1_STRING_set(X509_getm_notBefore(who.certificate.get()), "yesterday", -1);
  const auto checked = peer_policy().check(who.certificate.get(), system_clock::now());
  REQUIRE(checked.has_error());
  CHECK(checked.error().code == errc::certificate_expired);
}

TEST_CASE("B26: no certificate is a failure, whatever is allowed", "[tls][peer_policy][B26]") {
  for (const peer_policy& p : {peer_policy(), policy({"cn:x"})}) {
    const auto checked = p.check(nullptr, system_clock::now());
    REQUIRE(checked.has_error());
    CHECK(checked.error().code == errc::no_certificate);
  }
}

TEST_CASE("B24: an invalid pattern is named", "[tls][peer_policy][B24]") {
  CHECK(takes({}, client_of("anybody")));
  struct row {
    const char* pattern;
    const char* says;
  };
  for (const row& r : {row{"alice", "write cn:NAME"},
                       {"", "write cn:NAME"},
                       {"CN:alice", "write cn:NAME"},
                       {"cn=alice", "write cn:NAME"},
                       {"c:alice", "write cn:NAME"},
                       {":alice", "write cn:NAME"},
                       {"cn:", "stands a name"},
                       {"cn:al\nice", "stands a name"},
                       {"cn:time-*", "in dns: patterns only"},
                       {"email:*@example.org", "in dns: patterns only"},
                       {"dns:a..b", "labels"},
                       {"dns:.example.org", "labels"},
                       {"dns:example.org.", "labels"},
                       {"dns:ex ample.org", "labels"},
                       {"dns:b\xc3\xbc"
                        "cher.example",
                        "in ASCII"},
                       {"ip:192.0.2", "no IPv4 or IPv6 address"},
                       {"ip:192.0.2.*", "no IPv4 or IPv6 address"}}) {
    CAPTURE(r.pattern);
    const auto parsed = peer_policy::parse({"cn:good", r.pattern});
    REQUIRE(parsed.has_error());
    CHECK(parsed.error().code == errc::bad_setting);
    CHECK(parsed.error().message.find(r.says) != std::string::npos);
    CHECK(parsed.error().message.find('\n') == std::string::npos);
  }
}

TEST_CASE("B24, B25: asked after a handshake", "[tls][peer_policy][B24][B25]") {
  const world w;
  w.files.put("alice", make_client(w.ca));
  const auto server = tls::make_server_context(w.asking(client_certificates::required)).value();
  const auto client = tls::make_client_context(w.as("alice")).value();
  pair ends(client->native_handle(), server->native_handle());
  ends.run();
  REQUIRE(ends.server.done());
  X509* peer = SSL_get0_peer_certificate(ends.server.ssl());
  CHECK(policy({"cn:alice"}).check(peer, system_clock::now()).has_value());
  CHECK(policy({"cn:bob"}).check(peer, system_clock::now()).has_error());
  X509* other = SSL_get0_peer_certificate(ends.client.ssl());
  CHECK(policy({"cn:localhost"}).check(other, system_clock::now()).has_value());
}
