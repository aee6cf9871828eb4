#include "tls/x509/revocation_list.hpp"

#include "../scratch.hpp"

#include "tls/x509/signing.hpp"
#include <asio_chat/tls/certificate_info.hpp>

#include "support/catch.hpp"

#include <openssl/x509v3.h>

#include <future>

using namespace asio_chat;
using namespace asio_chat::tls;
using namespace asio_chat::tls::test;
using x509::revocation_file;
using x509::revocation_list;

namespace {

constexpr auto when = std::chrono::sys_seconds(std::chrono::seconds(1'700'000'000));

x509::revocation entry(const std::string& serial, const std::string& reason = "") {
  return {serial, when, reason};
}

/// The verdict of OpenSSL on a certificate, given a CA and its list.
int verdict(const x509::identity& ca, const revocation_list& list, X509* certificate) {
  const openssl_ptr<X509_STORE, X509_STORE_free> store(X509_STORE_new());
  X509_STORE_add_cert(store.get(), ca.certificate.get());
  X509_STORE_add_crl(store.get(), const_cast<X509_CRL*>(list.get()));
  X509_STORE_set_flags(store.get(), X509_V_FLAG_CRL_CHECK | X509_V_FLAG_X509_STRICT);
  const openssl_ptr<X509_STORE_CTX, X509_STORE_CTX_free> context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), store.get(), certificate, nullptr);
  X509_verify_cert(context.get());
  return X509_STORE_CTX_get_error(context.get());
}

std::string refusal(const result<revocation_list>& read) {
  REQUIRE(read.has_error());
  CHECK(read.error().code == errc::bad_certificate_file);
  return read.error().message;
}

} // namespace

TEST_CASE("A19: a list is of version 2, numbered, signed, and names its CA's key", "[tls][A19]") {
  const auto ca = make_ca();
  const auto before = x509::time_of_signing();
  const auto list = revocation_list::reissue(nullptr, nullptr, ca, 30).value();
  CHECK(X509_CRL_get_version(list.get()) == X509_CRL_VERSION_2);
  CHECK(X509_CRL_verify(const_cast<X509_CRL*>(list.get()), ca.key.get()) == 1);
  CHECK(list.number() == "1");
  CHECK(list.size() == 0);
  CHECK(list.this_update() >= before);
  CHECK(list.this_update() <= std::chrono::system_clock::now() - std::chrono::minutes(5));
  CHECK(list.next_update() - list.this_update() == std::chrono::days(30));

  const openssl_ptr<AUTHORITY_KEYID, AUTHORITY_KEYID_free> authority(static_cast<AUTHORITY_KEYID*>(
      X509_CRL_get_ext_d2i(list.get(), NID_authority_key_identifier, nullptr, nullptr)));
  REQUIRE(authority);
  const ASN1_OCTET_STRING* own = X509_get0_subject_key_id(ca.certificate.get());
  CHECK(ASN1_OCTET_STRING_cmp(authority->keyid, own) == 0);
}

TEST_CASE("A19: whose number is in the list is revoked, whose is not is none", "[tls][A19]") {
  for (const auto kind :
       {x509::key_kind::ecdsa_p256, x509::key_kind::rsa, x509::key_kind::ed25519}) {
    x509::request what;
    what.common_name = "test CA";
    what.for_role = x509::role::ca;
    what.kind = kind;
    const auto ca = x509::issue(what).value();
    const auto alice = make_client(ca);
    const auto bob = make_client(ca, "bob");
    const auto added = entry(describe(alice.certificate.get()).serial, "keyCompromise");
    const auto list = revocation_list::reissue(nullptr, &added, ca, 30).value();
    CHECK(verdict(ca, list, alice.certificate.get()) == X509_V_ERR_CERT_REVOKED);
    CHECK(verdict(ca, list, bob.certificate.get()) == X509_V_OK);
  }
}

TEST_CASE("A19: the next list has all entries of the one before, as they were", "[tls][A19]") {
  const auto ca = make_ca();
  const auto first = entry("1A2B", "superseded");
  const auto second = entry("03");
  const auto one = revocation_list::reissue(nullptr, &first, ca, 30).value();
  const auto two = revocation_list::reissue(&one, &second, ca, 7).value();
  const auto three = revocation_list::reissue(&two, nullptr, ca, 30).value();
  CHECK(two.number() == "2");
  CHECK(three.number() == "3");
  CHECK(three.size() == 2);
  REQUIRE(three.find("1A2B"));
  CHECK(three.find("1A2B")->reason == "superseded");
  CHECK(three.find("1A2B")->when == when);
  REQUIRE(three.find("03"));
  CHECK(three.find("03")->reason.empty());
  CHECK_FALSE(three.find("1A"));
  CHECK(one.size() == 1);
}

TEST_CASE("A19: a CA that may not sign lists makes none", "[tls][A19]") {
  const auto self = make_self_signed();
  CHECK(revocation_list::reissue(nullptr, nullptr, self, 30).has_error());
  const auto ca = make_ca();
  for (const int days : {0, -1, 1'000'000}) {
    const auto made = revocation_list::reissue(nullptr, nullptr, ca, days);
    REQUIRE(made.has_error());
    CHECK(made.error().message.find("a revocation list is valid for 1 to") == 0);
  }
}

TEST_CASE("A19: a list that is not this CA's own is not carried on", "[tls][A19]") {
  const scratch files;
  const auto ca = make_ca();
  const auto read = [&](const std::string& content) {
    return revocation_list::read(files.write("crl.pem", content), ca.certificate.get());
  };
  const auto list = revocation_list::reissue(nullptr, nullptr, ca, 30).value();
  CHECK(read(list.pem()).has_value());

  const auto other = make_ca("another CA");
  const auto foreign = revocation_list::reissue(nullptr, nullptr, other, 30).value();
  CHECK(refusal(read(foreign.pem())).find("is of another CA") != std::string::npos);
  const auto namesake = make_ca();
  const auto forged = revocation_list::reissue(nullptr, nullptr, namesake, 30).value();
  CHECK(refusal(read(forged.pem())).find("not signed with this CA's key") != std::string::npos);
  std::string damaged = list.pem();
  damaged.replace(100, 4, "!!!!");
  CHECK(refusal(read(damaged)).find("is damaged") != std::string::npos);
  CHECK(refusal(read("hello")).find("holds no") != std::string::npos);
  CHECK(refusal(read("")).find("holds no") != std::string::npos);
}

TEST_CASE("A19: the file is the record: one that cannot be read is never replaced", "[tls][A19]") {
  const scratch files;
  const auto ca = make_ca();
  const std::string path = files.path("ca-crl.pem");
  const auto added = entry("1A2B");
  {
    auto file = revocation_file::open(path, ca.certificate.get()).value();
    CHECK_FALSE(file.list());
    REQUIRE(file.reissue(ca, 30, &added).has_value());
    REQUIRE(file.list());
    CHECK(file.list()->find("1A2B"));
  }

  files.write("bad.pem", "hello");
  CHECK(revocation_file::open(files.path("bad.pem"), ca.certificate.get()).has_error());
  CHECK(files.read("bad.pem") == "hello");
  std::filesystem::create_symlink(files.path("self"), files.path("self"));
  CHECK(revocation_file::open(files.path("self"), ca.certificate.get()).has_error());
  CHECK(revocation_file::open(files.path("no/crl.pem"), ca.certificate.get()).has_error());
}

TEST_CASE("A19: two that revoke at the same time lose neither entry", "[tls][A19]") {
  const scratch files;
  const auto ca = make_ca();
  const std::string path = files.path("ca-crl.pem");
  const auto revoke = [&](int first) {
    for (int i = 0; i < 10; ++i) {
      const auto added = x509::parse_serial(std::to_string(first + i)).value();
      const auto what = entry(added);
      auto file = revocation_file::open(path, ca.certificate.get()).value();
      file.reissue(ca, 30, &what).value();
    }
  };
  auto other = std::async(std::launch::async, revoke, 100);
  revoke(200);
  other.get();
  const auto list = revocation_list::read(path, ca.certificate.get()).value();
  CHECK(list.size() == 20);
  CHECK(list.number() == "20");
}
