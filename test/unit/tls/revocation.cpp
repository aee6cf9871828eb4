#include "tls/revocation.hpp"

#include "unit/tls/world.hpp"

#include <asio_chat/tls/certificate_info.hpp>
#include <asio_chat/tls/context.hpp>

#include "support/catch.hpp"
#include "tls/pem.hpp"
#include "tls/x509/revocation_list.hpp"

#include <openssl/pem.h>

#include <algorithm>
#include <cctype>

using namespace asio_chat;
using namespace asio_chat::tls::test;
namespace x509 = asio_chat::tls::x509;
using Catch::Matchers::Contains;

namespace {

std::string serial_of(const x509::identity& who) {
  return tls::describe(who.certificate.get()).serial;
}

/// A list of the CA on which these are.
std::string list_with(const x509::identity& ca, const std::vector<std::string>& serials,
                      int days = 30) {
  auto list = x509::revocation_list::reissue(nullptr, nullptr, ca, days).value();
  for (const auto& serial : serials) {
    const x509::revocation entry{serial, {}, "keyCompromise"};
    list = x509::revocation_list::reissue(&list, &entry, ca, days).value();
  }
  return list.pem();
}

/// An empty list of yesterday, which should have been replaced by now.
std::string old_list(const x509::identity& ca) {
  const x509::crl_ptr list(X509_CRL_new());
  const tls::openssl_ptr<ASN1_TIME, ASN1_TIME_free> time(ASN1_TIME_new());
  X509_CRL_set_version(list.get(), X509_CRL_VERSION_2);
  X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(ca.certificate.get()));
  X509_gmtime_adj(time.get(), -24 * 3600);
  X509_CRL_set1_lastUpdate(list.get(), time.get());
  X509_gmtime_adj(time.get(), -3600);
  X509_CRL_set1_nextUpdate(list.get(), time.get());
  X509_CRL_sign(list.get(), ca.key.get(), EVP_sha256());
  const tls::bio_ptr out(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509_CRL(out.get(), list.get());
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

struct crl_world : world {
  x509::identity alice = make_client(ca, "alice");
  x509::identity bob = make_client(ca, "bob");

  crl_world() {
    files.put("alice", alice);
    files.put("bob", bob);
  }
  meeting meet_as(const std::string& who, const std::string& crl) const {
    auto server = asking(client_certificates::required);
    server.client_crl_file = crl;
    return meet(as(who), server);
  }
};

} // namespace

TEST_CASE("A19: who is on the list is refused, who is not comes in", "[tls][A19]") {
  const crl_world w;
  const auto crl = w.files.write("crl.pem", list_with(w.ca, {serial_of(w.alice)}));
  const auto refused = w.meet_as("alice", crl);
  CHECK(refused.server_error);
  CHECK_THAT(refused.server_reason, Contains("revoked"));
  CHECK_FALSE(w.meet_as("bob", crl).server_error);
}

TEST_CASE("A19: with a list that is out of date nobody comes in", "[tls][A19]") {
  const crl_world w;
  const auto old = w.files.write("old.pem", old_list(w.ca));
  const auto refused = w.meet_as("bob", old);
  CHECK(refused.server_error);
  CAPTURE(refused.server_reason);
  CHECK_THAT(refused.server_reason, Contains("out of date") || Contains("expired"));
}

TEST_CASE("lists are read from a directory as well, and their end is known", "[tls]") {
  const crl_world w;
  std::filesystem::create_directory(w.files.path("lists"));
  w.files.write("lists/a.crl", list_with(w.ca, {serial_of(w.alice)}, 10));
  w.files.write("lists/b.pem", list_with(make_ca("another CA"), {}, 5));
  CHECK(w.meet_as("alice", w.files.path("lists")).server_error);
  CHECK_FALSE(w.meet_as("bob", w.files.path("lists")).server_error);

  const tls::openssl_ptr<X509_STORE, X509_STORE_free> store(X509_STORE_new());
  CHECK_FALSE(tls::lists_end(store.get()));
  REQUIRE(tls::check_revocation(store.get(), w.files.path("lists"), {}).has_value());
  const auto left = *tls::lists_end(store.get()) - std::chrono::system_clock::now();
  CHECK(left > std::chrono::days(4));
  CHECK(left < std::chrono::days(6));
}

TEST_CASE("what is wrong with a file of lists is said", "[tls]") {
  const crl_world w;
  const tls::openssl_ptr<X509_STORE, X509_STORE_free> store(X509_STORE_new());
  std::vector<tls::certificate_ptr> cas;
  cas.push_back(std::move(tls::read_certificates(w.files.certificate("ca"), "").value().front()));
  const auto refusal = [&](const std::string& path) {
    const auto done = tls::check_revocation(store.get(), path, cas);
    return done ? "taken" : done.error().message;
  };
  CHECK_THAT(refusal(w.files.path("none")), Contains("none"));
  CHECK_THAT(refusal(w.files.write("empty", "")), Contains("holds none"));
  CHECK_THAT(refusal(w.files.certificate("ca")), Contains("holds none"));
  std::string damaged = list_with(w.ca, {});
  damaged[damaged.size() / 2] = '!';
  CHECK_THAT(refusal(w.files.write("damaged", damaged)), Contains("number 1 cannot be decoded"));
  CHECK_THAT(refusal(w.files.write("other", list_with(make_ca("another CA"), {}))),
             Contains("is not of CN=test CA") && Contains("its list is missing"));
  std::filesystem::create_directory(w.files.path("nothing"));
  CHECK_THAT(refusal(w.files.path("nothing")), Contains("without a *.pem or *.crl"));
}

TEST_CASE("A19: the block list takes fingerprints in any form, and comments", "[tls][A19]") {
  const crl_world w;
  const std::string print = tls::describe(w.alice.certificate.get()).fingerprint;
  std::string plain = print;
  std::erase(plain, ':');
  std::ranges::transform(plain, plain.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const std::string& text :
       {print, plain, print + "  (SHA-256)", "# stolen\n\n  " + print + "  # alice\r\n"}) {
    CAPTURE(text);
    const auto list = tls::block_list::read(w.files.write("block", text + "\n")).value();
    CHECK(list.size() == 1);
    CHECK(list.contains(w.alice.certificate.get()));
    CHECK_FALSE(list.contains(w.bob.certificate.get()));
  }
  CHECK(tls::block_list::read(w.files.write("block", "# nobody\n")).value().size() == 0);
}

TEST_CASE("a line that is no fingerprint is an error with its number", "[tls]") {
  const scratch files;
  const std::string good(64, 'a');
  for (const std::string& bad : {std::string("alice"), good + "a", good.substr(2), good + "0g",
                                 "sha256/" + good, good.substr(1) + ":"}) {
    CAPTURE(bad);
    const auto read = tls::block_list::read(files.write("block", good + "\n" + bad + "\n"));
    REQUIRE_FALSE(read.has_value());
    CHECK_THAT(read.error().message, Contains("line 2"));
  }
  CHECK_FALSE(tls::block_list::read(files.path("none")).has_value());
}

TEST_CASE("A19: a block list that may have been cut off is not taken", "[tls][A19]") {
  const scratch files;
  for (const std::string& text : {std::string(), std::string(64, 'a'), std::string("# x\n#")}) {
    const auto read = tls::block_list::read(files.write("block", text));
    REQUIRE_FALSE(read.has_value());
    CHECK_THAT(read.error().message, Contains("may not be whole"));
  }
}
