#include "server_probe.hpp"

#include "base/ascii.hpp"
#include "base/host_port.hpp"
#include "transport/connect_race.hpp"

#include <asio_chat/tls/context.hpp>
#include <asio_chat/tls/peer.hpp>
#include <asio_chat/tls/server_verifier.hpp>

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <string_view>

namespace asio_chat::certs {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

namespace {

constexpr auto connect_time = 10s;
constexpr auto answer_time = 10s;
constexpr auto goodbye_time = 1s; // and for a refusal
constexpr std::size_t answer_bytes = 200;

// In the form of the ALPN extension: each name after its length.
constexpr std::string_view alpn_of_chat_and_web = "\x0b"
                                                  "asio-chat/2"
                                                  "\x0b"
                                                  "asio-chat/1"
                                                  "\x08"
                                                  "http/1.1";
constexpr std::string_view alpn_of_web = "\x08"
                                         "http/1.1";

/// Where an SSL object keeps the probe it belongs to.
int probe_slot() {
  static const int slot = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return slot;
}

/// After the handshake: the group by its name, e.g. `x25519`; empty if OpenSSL cannot say.
std::string key_exchange_of(SSL* ssl) {
  const tls::error_queue_scope queue;
  const auto group = static_cast<int>(SSL_get_negotiated_group(ssl));
  const char* name = group != 0 ? SSL_group_to_name(ssl, group) : nullptr;
  if (name != nullptr) return name;
  EVP_PKEY* shared = nullptr;
  if (SSL_get_peer_tmp_key(ssl, &shared) != 1) return {};
  const tls::key_ptr key(shared);
  std::array<char, 80> text{};
  if (EVP_PKEY_get_group_name(key.get(), text.data(), text.size(), nullptr) == 1)
    return text.data();
  const char* type = EVP_PKEY_get0_type_name(key.get());
  return fmt::format("{} {}", type != nullptr ? type : "?", EVP_PKEY_get_bits(key.get()));
}

class server_probe {
 public:
  server_probe(const probe_request& what, std::shared_ptr<asio::ssl::context> tls)
      : what_(what)
      , tls_(std::move(tls))
      , verifier_(what_.tls, what_.host) {}

  result<probe_result> run() {
    auto ready = prepare();
    if (!ready) return ready.error();
    resolver_.async_resolve(
        what_.host, what_.port,
        [this](error_code ec, tcp::resolver::results_type found) { looked_up(ec, found); });
    io_.run_for(connect_time);
    looking_up_ = phase_ == "looking up the name";
    if (found_.chain.empty()) return nothing_shown();
    judge();
    if (!shaken_) return std::move(found_);
    if (!what_.path.empty() && found_.verdict)
      ask();
    else if (found_.certificate_asked)
      wait_for_refusal();
    leave();
    return std::move(found_);
  }

  /// Whether the system's resolver still works: it cannot be told to stop.
  bool looking_up() const noexcept { return looking_up_; }

 private:
  SSL* ssl() { return stream_.native_handle(); }

  result<void> prepare() {
    auto attached = verifier_.attach(ssl());
    if (!attached) return attached;
    const tls::error_queue_scope queue;
    judgement_ = SSL_get_verify_callback(ssl());
    SSL_set_ex_data(ssl(), probe_slot(), this);
    SSL_set_verify(ssl(), SSL_VERIFY_PEER, &server_probe::verify);
    SSL_set_cert_cb(ssl(), &server_probe::asked_for_certificate, this);
    SSL_CTX_ctrl(tls_->native_handle(), SSL_CTRL_GET_TLSEXT_STATUS_REQ_CB, 0, &staple_judgement_);
    tls::on_staple(tls_->native_handle(), &server_probe::verify_staple);
    const std::string_view alpn = what_.path.empty() ? alpn_of_chat_and_web : alpn_of_web;
    SSL_set_alpn_protos(ssl(), reinterpret_cast<const unsigned char*>(alpn.data()),
                        static_cast<unsigned int>(alpn.size()));
    return {};
  }

  /// Asks the verifier until it refuses, and goes on in any case.
  static int verify(int preverified, X509_STORE_CTX* store) noexcept {
    auto* ssl =
        static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    auto* self = static_cast<server_probe*>(SSL_get_ex_data(ssl, probe_slot()));
    self->keep_chain(SSL_get_peer_cert_chain(ssl));
    if (self->trusted_) self->trusted_ = self->judgement_(preverified, store) == 1;
    return 1;
  }

  /// Likewise of the staple.
  static int verify_staple(SSL* ssl, void* unused) noexcept {
    auto* self = static_cast<server_probe*>(SSL_get_ex_data(ssl, probe_slot()));
    if (self->trusted_) self->trusted_ = self->staple_judgement_(ssl, unused) == 1;
    return 1;
  }

  void keep_chain(const STACK_OF(X509) * sent) {
    if (!found_.chain.empty()) return;
    for (int i = 0; i < sk_X509_num(sent); ++i) {
      X509* certificate = sk_X509_value(sent, i);
      if (X509_up_ref(certificate) == 1) found_.chain.emplace_back(certificate);
    }
  }

  /// Comes after the server's certificate was judged.
  static int asked_for_certificate(SSL* ssl, void* probe) noexcept {
    auto* self = static_cast<server_probe*>(probe);
    self->found_.certificate_asked = true;
    if (!self->trusted_) SSL_certs_clear(ssl);
    return 1;
  }

  void looked_up(const error_code& ec, const tcp::resolver::results_type& found) {
    phase_ = "connecting";
    if (ec) return stop(ec.message());
    transport::connect_race::start(
        io_.get_executor(), transport::order_of_attempts(found), connect_time,
        [this](const error_code& e, transport::tcp_socket s) { connected(e, std::move(s)); });
  }

  void connected(const error_code& ec, transport::tcp_socket socket) {
    phase_ = "shaking hands by TLS";
    if (ec) return stop(ec.message());
    stream_.next_layer() = std::move(socket);
    error_code ignored;
    found_.address = stream_.next_layer().remote_endpoint(ignored).address().to_string();
    stream_.async_handshake(asio::ssl::stream_base::client, [this](error_code e) { shaken(e); });
  }

  void shaken(const error_code& ec) {
    if (ec) return stop(tls::handshake_failure_reason(ec, ssl()));
    shaken_ = true;
    found_.session = tls::describe_session(ssl());
    found_.key_exchange = key_exchange_of(ssl());
  }

  void stop(std::string why) {
    failure_ = std::move(why);
    io_.stop();
  }

  failure nothing_shown() const {
    const std::string reason =
        failure_.empty() ? fmt::format("no answer in time while {}", phase_) : failure_;
    return fail(errc::not_connected, fmt::format("no certificate from {}: {}",
                                                 host_port(what_.host, what_.port), reason));
  }

  void judge() {
    found_.verdict = verifier_.outcome(ssl(), {});
    if (!shaken_) found_.refusal = failure_.empty() ? "no end of the handshake in time" : failure_;
    found_.staple = tls::read_staple(ssl());
  }

  void ask() {
    request_ = fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: asio-chat-certs\r\n"
                           "Accept: */*\r\nConnection: close\r\n\r\n",
                           what_.path,
                           what_.port == "443" ? in_brackets(what_.host)
                                               : host_port(what_.host, what_.port));
    asio::async_write(stream_, asio::buffer(request_),
                      [this](error_code ec, std::size_t) { ec ? note_alert(ec) : read(); });
    work_for(answer_time);
  }

  void read() {
    stream_.async_read_some(asio::buffer(piece_), [this](error_code ec, std::size_t n) {
      found_.answered = found_.answered || n != 0;
      found_.answer.append(piece_.data(), std::min(n, answer_bytes - found_.answer.size()));
      if (ec) return note_alert(ec);
      if (found_.answer.size() < answer_bytes) read();
    });
  }

  void wait_for_refusal() {
    stream_.async_read_some(asio::buffer(piece_),
                            [this](error_code ec, std::size_t) { note_alert(ec); });
    work_for(goodbye_time);
  }

  void leave() {
    stream_.async_shutdown([](error_code) {});
    work_for(goodbye_time);
  }

  /// Until the operation under way has ended, in time or not.
  void work_for(std::chrono::steady_clock::duration time) {
    io_.restart();
    io_.run_for(time);
    error_code ignored;
    stream_.next_layer().cancel(ignored);
    io_.restart();
    io_.run_for(goodbye_time);
  }

  /// In TLS 1.3 a client learns only after its handshake that the server refuses it.
  void note_alert(const error_code& ec) {
    const auto code = static_cast<unsigned long>(static_cast<unsigned int>(ec.value()));
    if (ec.category() == asio::error::get_ssl_category() && ERR_GET_LIB(code) == ERR_LIB_SSL &&
        ERR_GET_REASON(code) > SSL_AD_REASON_OFFSET)
      found_.refusal = tls::handshake_failure_reason(ec, ssl());
  }

  probe_request what_;
  std::shared_ptr<asio::ssl::context> tls_;
  tls::server_verifier verifier_;
  asio::io_context io_{1};
  tcp::resolver resolver_{io_};
  asio::ssl::stream<tcp::socket> stream_{io_, *tls_};
  SSL_verify_cb judgement_ = nullptr;
  int (*staple_judgement_)(SSL*, void*) = nullptr;
  bool trusted_ = true; ///< so far
  bool shaken_ = false;
  bool looking_up_ = false;
  std::string_view phase_ = "looking up the name";
  std::string failure_;
  std::string request_;
  std::array<char, answer_bytes> piece_{};
  probe_result found_;
};

} // namespace

std::optional<server_address> parse_server_address(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return std::nullopt;
  server_address server{text.substr(0, colon), text.substr(colon + 1)};
  const bool digits = !server.port.empty() && server.port.size() <= 5 &&
                      std::ranges::all_of(server.port, ascii::is_digit);
  if (!digits || std::stoi(server.port) < 1 || std::stoi(server.port) > 65535) return std::nullopt;
  server.host = std::string(without_brackets(server.host));
  return server;
}

result<probe_result> probe(const probe_request& what) {
  auto context = tls::make_client_context(what.tls);
  if (!context) return context.error();
  auto work = std::make_unique<server_probe>(what, *context);
  auto found = work->run();
  if (work->looking_up()) {
    // Its end would wait for the resolver: it is left to the end of the program.
    [[maybe_unused]] static const server_probe* const left = work.release();
  }
  return found;
}

} // namespace asio_chat::certs
