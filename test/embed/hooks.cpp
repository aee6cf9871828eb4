// Each row of the table of what a host may decide and bring, once, in a program that polls.
#include "expect.hpp"

#include <asio_chat/client.hpp>
#include <asio_chat/clock.hpp>
#include <asio_chat/host_member.hpp>
#include <asio_chat/memory_journal.hpp>
#include <asio_chat/server.hpp>
#include <asio_chat/tls.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace asio = boost::asio;
using namespace asio_chat;

namespace {

void poll(asio::io_context& context) {
  context.restart();
  context.poll();
}

client_config named(const char* name, const char* password = nullptr) {
  client_config config;
  config.name = name;
  if (password != nullptr) config.passphrase = password;
  return config;
}

/// What became of a login in memory.
error_code log_in(asio::io_context& context, server& chat, client& who) {
  std::optional<error_code> came;
  who.async_connect_in_memory(chat.connect_in_memory(),
                              [&](error_code e, const connected&) { came = e; });
  poll(context);
  return came.value();
}

void decisions_of_the_host() {
  asio::io_context context;
  std::vector<login_request> asked;
  post_answer_handler delayed;
  server_hooks hooks;
  hooks.authenticate = [&](const login_request& who, const login_answer_handler& answer) {
    asked.push_back(who);
    if (who.password != "wonderland") return answer(login_refused{.why = "no", .for_good = true});
    answer(login_accepted{.user = "id of " + who.name});
  };
  hooks.on_post = [&](const post_request& p, const post_answer_handler& answer) {
    if (p.text == "wait") {
      delayed = answer;
    } else if (p.text == "darn") {
      answer(host_refusal{"mind your words"});
    } else {
      answer(post_accepted{p.text + "!"});
    }
  };
  server chat(context, server_config(), hooks);
  chat.add_command(
      {.info = {.name = "twice", .arguments = {{.name = "WORD"}}, .help = "say it twice"},
       .run = [](const command_call& call, const command_answer_handler& answer) {
         answer(command_lines{{call.arguments.at(0) + call.arguments.at(0)}});
       }});

  client mallory(context, named("alice", "guess"));
  client alice(context, named("alice", "wonderland"));
  const bool refused = bool(log_in(context, chat, mallory));
  const bool let_in = !log_in(context, chat, alice);
  expect(refused && let_in && asked.at(1).name == "alice" && asked.at(1).address == "memory" &&
             asked.at(1).certificate.empty() && chat.sessions().back().user == "id of alice",
         "authenticate");

  std::vector<error_code> became;
  for (const char* text : {"wait", "darn", "tea"})
    alice.async_send("lobby", text,
                     [&](error_code e, const acknowledged&) { became.push_back(e); });
  poll(context);
  expect(became.empty() && delayed, "on_post: delayed");
  delayed(post_accepted{});
  poll(context);
  std::vector<std::string> kept;
  alice.async_history("lobby", {}, [&](error_code, const history_page& page) {
    for (const entry& e : page.entries)
      kept.push_back(e.text);
  });
  std::vector<std::string> said;
  for (const char* line : {"/twice tea", "/help twice"})
    alice.async_command("lobby", line,
                        [&](error_code, const reply& r) { said.push_back(r.lines.at(0)); });
  poll(context);
  const bool one_refused = became.size() == 3 && !became[0] != !became[1];
  expect(one_refused && kept == std::vector<std::string>{"wait", "tea!"}, "on_post");
  expect(said.at(0) == "teatea" && said.at(1).starts_with("/twice WORD"), "add_command");

  const auto rooms = chat.rooms();
  expect(rooms.size() == 1 && rooms[0].name == "lobby" && rooms[0].members == 1, "rooms");
  expect(chat.close(chat.sessions().back().number, {close_code::removed, "enough"}), "sessions");
  poll(context);
  expect(chat.sessions().empty() && chat.stats().members == 0, "close");
}

struct pem {
  std::string certificate, key;
};

std::string text_of(BIO* memory) {
  char* data = nullptr;
  const auto size = static_cast<std::size_t>(BIO_get_mem_data(memory, &data));
  std::string text(data, size);
  BIO_free(memory);
  return text;
}

/// For `localhost`, as a host may get one from wherever it likes.
pem make_certificate() {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* made = X509_new();
  X509_set_version(made, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made), 1);
  X509_gmtime_adj(X509_getm_notBefore(made), -60);
  X509_gmtime_adj(X509_getm_notAfter(made), 3600);
  X509_set_pubkey(made, key);
  X509_NAME* name = X509_get_subject_name(made);
  const auto* host = reinterpret_cast<const unsigned char*>("localhost");
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, host, -1, -1, 0);
  X509_set_issuer_name(made, name);
  X509_EXTENSION* names =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:localhost");
  X509_add_ext(made, names, -1);
  X509_EXTENSION_free(names);
  X509_sign(made, key, EVP_sha256());
  BIO* certificate = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(certificate, made);
  BIO* secret = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(secret, key, nullptr, nullptr, 0, nullptr, nullptr);
  X509_free(made);
  EVP_PKEY_free(key);
  return {text_of(certificate), text_of(secret)};
}

/// Whether a client that trusts the certificate comes in, by an acceptor of the host.
bool comes_in(const tls_server_config& tls, const std::string& trusted) {
  asio::io_context context;
  server_config config;
  config.tls = tls;
  server chat(context, config);
  asio::ip::tcp::acceptor mine(context, {asio::ip::make_address("127.0.0.1"), 0});
  mine.async_accept([&](const error_code& e, asio::ip::tcp::socket s) {
    if (!e) chat.accept(std::move(s));
  });
  client_config wants = named("alice");
  wants.port = mine.local_endpoint().port();
  wants.tls.ca_pem = trusted;
  wants.tls.server_name = "localhost";
  client alice(context, wants);
  error_code came = asio::error::timed_out;
  alice.async_connect([&](error_code e, const connected&) {
    came = e;
    context.stop();
  });
  context.run();
  return !came;
}

void sockets_and_certificates_of_the_host() {
  const pem own = make_certificate();
  tls_server_config in_memory;
  in_memory.certificate_pem = own.certificate;
  in_memory.private_key_pem = own.key;
  expect(comes_in(in_memory, own.certificate), "accept, tls in memory");
  tls_server_config with_context;
  with_context.context = tls::make_server_context(in_memory).value();
  expect(comes_in(with_context, own.certificate), "accept, a context of the host's");
  expect(!comes_in(in_memory, make_certificate().certificate), "accept, not trusted");
}

struct clock_of_host;
struct alarm_of_host final : timer {
  explicit alarm_of_host(clock_of_host& of)
      : mine(of) {}
  ~alarm_of_host() override { cancel(); }
  void wait_until(steady_time when, std::function<void()> then) override;
  void cancel() override;
  clock_of_host& mine;
};
struct clock_of_host final : time_source {
  steady_time now() const override { return time; }
  wall_time wall_now() const override { return wall_time(std::chrono::hours(1)); }
  std::unique_ptr<timer> make_timer() override { return std::make_unique<alarm_of_host>(*this); }
  steady_time time;
  std::map<timer*, std::pair<steady_time, std::function<void()>>> alarms;
};
void alarm_of_host::wait_until(steady_time when, std::function<void()> then) {
  mine.alarms[this] = {when, std::move(then)};
}
void alarm_of_host::cancel() {
  mine.alarms.erase(this);
}

/// Passes all on to the journal in memory, and counts.
struct journal_of_host final : journal {
  void follow(std::string room, std::shared_ptr<listener> to, follow_done done) override {
    kept->follow(std::move(room), std::move(to), std::move(done));
  }
  void unfollow(std::string room, std::shared_ptr<listener> to, unfollow_done done) override {
    kept->unfollow(std::move(room), std::move(to), std::move(done));
  }
  void append(entry draft, const identity& author, append_done done) override {
    stored = draft.time;
    kept->append(std::move(draft), author, std::move(done));
  }
  void read(std::string room, range part, read_done done) override {
    kept->read(std::move(room), part, std::move(done));
  }
  void search(search_query q, search_done done) override {
    kept->search(std::move(q), std::move(done));
  }
  std::unique_ptr<journal> kept;
  wall_time stored;
};

void time_and_journal_of_the_host() {
  asio::io_context context;
  const auto time = std::make_shared<clock_of_host>();
  const auto logs = std::make_shared<journal_of_host>();
  logs->kept = make_memory_journal(context.get_executor());
  server_hooks hooks;
  hooks.time = time;
  hooks.journal = logs;
  server chat(context, server_config(), hooks);
  host_member system(chat, "system");
  system.async_post({.room = "lobby", .text = "tea"}, [](const result<position>&) {});
  poll(context);
  expect(logs->stored == wall_time(std::chrono::hours(1)), "journal");

  const auto silent = chat.connect_in_memory();
  poll(context);
  const auto before = chat.stats().sessions;
  time->time += std::chrono::minutes(5);
  while (true) {
    auto due = time->alarms.begin();
    while (due != time->alarms.end() && due->second.first > time->time)
      ++due;
    if (due == time->alarms.end()) break;
    const auto then = std::move(time->alarms.extract(due).mapped().second);
    then();
  }
  poll(context);
  expect(before == 1 && chat.stats().sessions == 0, "time");
}

void numbers_of_the_host() {
  asio::io_context context;
  int drawn = 0;
  server_hooks hooks;
  hooks.random = [&] {
    ++drawn;
    return 0.999;
  };
  server_config config;
  config.admission.loopback = true;
  config.admission.strangers = 4; // from half of it on some are refused at random
  server chat(context, config, hooks);
  const auto at = chat.listen_insecure_plaintext("127.0.0.1", 0);
  std::vector<asio::ip::tcp::socket> strangers;
  for (std::uint64_t n = 1; n <= 3; ++n) {
    strangers.emplace_back(context).connect(at);
    while (chat.stats().sessions != n)
      context.run_one();
  }
  expect(drawn == 1, "random");
}

} // namespace

void each_row_of_the_table() {
  decisions_of_the_host();
  sockets_and_certificates_of_the_host();
  time_and_journal_of_the_host();
  numbers_of_the_host();
}
