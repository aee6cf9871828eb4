#include "fetch_certificate.hpp"

#include <asio_chat/tls/peer.hpp>

#include <fmt/format.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>

#include <openssl/x509v3.h>

#include <memory>

namespace asio_chat::certs {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr auto goodbye_time = std::chrono::seconds(1);

class fetch {
 public:
  fetch(const std::string& host, const std::string& port)
      : host_(host)
      , port_(port) {
    SSL_CTX_set_min_proto_version(tls_.native_handle(), TLS1_2_VERSION);
    stream_.set_verify_mode(asio::ssl::verify_peer);
    stream_.set_verify_callback([this](bool, asio::ssl::verify_context& context) {
      keep(X509_STORE_CTX_get0_cert(context.native_handle()));
      return true;
    });
    send_sni();
  }

  result<fetched_certificate> run(std::chrono::steady_clock::duration deadline) {
    resolver_.async_resolve(host_, port_, [this](error_code ec, tcp::resolver::results_type found) {
      looked_up(ec, found);
    });
    context_.run_for(deadline);
    looking_up_ = phase_ == "looking up the name";
    if (found_.certificate) return std::move(found_);
    const std::string reason =
        failure_.empty() ? fmt::format("no answer in time while {}", phase_) : failure_;
    return fail(errc::not_connected,
                fmt::format("no certificate from {}:{}: {}", host_, port_, reason));
  }

  /// Whether the system's resolver still works: it cannot be told to stop.
  bool looking_up() const noexcept { return looking_up_; }

 private:
  void send_sni() {
    const tls::openssl_ptr<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free> address(
        a2i_IPADDRESS(host_.c_str()));
    if (!address)
      SSL_ctrl(stream_.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
               host_.data());
  }

  void keep(X509* certificate) {
    if (found_.certificate || X509_up_ref(certificate) != 1) return;
    found_.certificate.reset(certificate);
  }

  void looked_up(const error_code& ec, const tcp::resolver::results_type& found) {
    phase_ = "connecting";
    if (ec) return stop(ec.message());
    asio::async_connect(stream_.next_layer(), found,
                        [this](error_code e, const tcp::endpoint&) { connected(e); });
  }

  void connected(const error_code& ec) {
    phase_ = "shaking hands by TLS";
    if (ec) return stop(ec.message());
    stream_.async_handshake(asio::ssl::stream_base::client, [this](error_code e) { shaken(e); });
  }

  void shaken(const error_code& ec) {
    if (ec) return stop(tls::handshake_failure_reason(ec, stream_.native_handle()));
    const tls_info info = tls::describe_session(stream_.native_handle());
    found_.version = info.version;
    found_.cipher_suite = info.cipher_suite;
    stream_.async_shutdown([this](error_code) { context_.stop(); });
    goodbye_.expires_after(goodbye_time);
    goodbye_.async_wait([this](error_code) { context_.stop(); });
  }

  void stop(std::string why) {
    failure_ = std::move(why);
    context_.stop();
  }

  std::string host_;
  std::string port_;
  asio::io_context context_{1};
  asio::ssl::context tls_{asio::ssl::context::tls_client};
  tcp::resolver resolver_{context_};
  asio::ssl::stream<tcp::socket> stream_{context_, tls_};
  asio::steady_timer goodbye_{context_};
  std::string_view phase_ = "looking up the name";
  bool looking_up_ = false;
  std::string failure_;
  fetched_certificate found_;
};

} // namespace

result<fetched_certificate> fetch_certificate(const std::string& host, const std::string& port,
                                              std::chrono::steady_clock::duration deadline) {
  auto work = std::make_unique<fetch>(host, port);
  auto found = work->run(deadline);
  if (work->looking_up()) {
    // Its end would wait for the resolver: it is left to the end of the program.
    [[maybe_unused]] static const fetch* const left = work.release();
  }
  return found;
}

} // namespace asio_chat::certs
