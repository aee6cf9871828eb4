#include "ops/confinement.hpp"

#include "ops/landlock.hpp"

#include "support/catch.hpp"
#include "support/temp_directory.hpp"

#include <filesystem>
#include <fstream>

using namespace asio_chat::ops;
using paths = std::vector<std::string>;

namespace fs = std::filesystem;

namespace {

/// A directory with files and links in it.
struct tree {
  asio_chat::test::temp_directory here;

  std::string at(const std::string& name) const {
    return (fs::canonical(here.string()) / name).native();
  }
  std::string root() const { return fs::canonical(here.string()).native(); }
  void make_file(const std::string& name) const {
    fs::create_directories(fs::path(at(name)).parent_path());
    std::ofstream(at(name)) << "x";
  }
  void make_link(const std::string& name, const std::string& target) const {
    fs::create_directories(fs::path(at(name)).parent_path());
    fs::create_symlink(target, at(name));
  }
};

} // namespace

TEST_CASE("C48: a file is needed with its directory, a directory by itself", "[ops]") {
  const tree files;
  files.make_file("certs/cert.pem");
  CHECK(directories_of(files.at("certs/cert.pem")) == paths{files.at("certs")});
  CHECK(directories_of(files.at("certs")) == paths{files.at("certs")});
  CHECK(directories_of(files.at("certs/../certs/./cert.pem")) == paths{files.at("certs")});
  // One that is not there yet: its directory is enough for when it comes.
  CHECK(directories_of(files.at("certs/tomorrow.pem")) == paths{files.at("certs")});
  CHECK(directories_of(files.at("nowhere/cert.pem")).empty());
  CHECK(directories_of("/proc-of-nobody").empty());
  CHECK(directories_of("/").empty());
}

TEST_CASE("C48: links may lead elsewhere in their directories tomorrow", "[ops]") {
  const tree files;
  SECTION("as certbot lays them") {
    files.make_file("archive/chat/cert1.pem");
    files.make_link("live/chat/cert.pem", "../../archive/chat/cert1.pem");
    CHECK(directories_of(files.at("live/chat/cert.pem")) ==
          paths{files.at("archive/chat"), files.at("live/chat")});
  }
  SECTION("as Kubernetes lays them") {
    files.make_file("secret/..2026_11_28/tls.crt");
    files.make_link("secret/..data", "..2026_11_28");
    files.make_link("secret/tls.crt", "..data/tls.crt");
    CHECK(directories_of(files.at("secret/tls.crt")) ==
          paths{files.at("secret"), files.at("secret/..2026_11_28")});
  }
  SECTION("a directory that is a link") {
    files.make_file("certs/v1/cert.pem");
    files.make_link("certs/current", "v1");
    CHECK(directories_of(files.at("certs/current/cert.pem")) ==
          paths{files.at("certs"), files.at("certs/v1")});
    CHECK(directories_of(files.at("certs/current")) ==
          paths{files.at("certs"), files.at("certs/v1")});
  }
  SECTION("links that lead round in a circle lead nowhere") {
    files.make_link("a", "b");
    files.make_link("b", "a");
    CHECK(directories_of(files.at("a")) == paths{files.root()});
    CHECK(directories_of(files.at("a/cert.pem")).size() <= 1);
  }
  SECTION("a link to the root does not open everything") {
    files.make_link("root", "/");
    CHECK(directories_of(files.at("root/no-such-file")).empty());
  }
}

TEST_CASE("C48: a daemon needs its directory, its ports, and the files that it reads again",
          "[ops]") {
  settings s;
  s.data_directory = "/var/lib/asio-chat";
  s.server.tls.certificate_file = "/etc/asio-chat/cert.pem";
  s.passphrase_file = "/etc/asio-chat/passphrase";
  s.master_key_file = "/etc/keys/master";
  s.listen = {{"192.0.2.7", 8443}, {"::1", 0}};
  confinement needed = confinement_of(s);
  CHECK(needed.read == paths{"/etc/asio-chat/cert.pem", "/etc/keys/master"});
  CHECK(needed.written == paths{"/var/lib/asio-chat"});
  CHECK(needed.listen == std::vector<std::uint16_t>{8443, 0});
  CHECK_FALSE(needed.connects);
  CHECK_FALSE(needed.looks_up_names);

  s.ephemeral = true;
  CHECK(confinement_of(s).written.empty());

  s.listen.push_back({"localhost", 8444});
  s.insecure_plaintext_listen = {"127.0.0.1", 7000};
  needed = confinement_of(s);
  CHECK(needed.looks_up_names);
  CHECK(needed.listen == std::vector<std::uint16_t>{8443, 0, 8444, 7000});
}

TEST_CASE("C48: a daemon that asks an OCSP responder may connect to it", "[ops]") {
  settings s;
  s.listen = {{"127.0.0.1", 8443}};
  s.server.tls.ocsp_responder = "http://ocsp.example:8080/x";
  const confinement to_one = confinement_of(s);
  CHECK(to_one.connects);
  CHECK(to_one.looks_up_names);
  CHECK(to_one.ports == std::vector<std::uint16_t>{8080, 53});

  s.server.tls.ocsp_responder = "auto";
  const confinement to_any = confinement_of(s);
  CHECK(to_any.connects);
  CHECK_FALSE(to_any.ports.has_value());
}
