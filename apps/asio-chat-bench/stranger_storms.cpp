#include "stranger_storms.hpp"

#include "error.hpp"
#include "native_2_protocol.hpp"
#include "pace.hpp"
#include "poller.hpp"
#include "tls_context.hpp"

#include <fmt/format.h>

#include <array>
#include <deque>
#include <memory>
#include <openssl/bio.h>
#include <sys/epoll.h>
#include <vector>

namespace asio_chat::bench {

namespace {

class connection_storm final : public storm {
 public:
  connection_storm(const storm_front& front, double rate)
      : front_(front)
      , pace_(rate) {}

  void turn(std::chrono::milliseconds time) override {
    loop_.turn(time); // it has nothing to wait for but the time
    for (std::size_t n = pace_.take(); n > 0; --n) {
      const auto fd = start_connect(front_.from(made_++));
      const linger at_once{1, 0};
      setsockopt(fd.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
  }

  std::string describe() const override { return fmt::format("{} connections", made_); }

 private:
  const storm_front front_;
  pace pace_;
  poller loop_;
  std::size_t made_ = 0;
};

std::string client_hello(const std::string& ca_file) {
  const auto context = client_context(ca_file, native_2_protocol::alpn_name);
  const ssl_ptr tls(SSL_new(context.get()));
  BIO* in = BIO_new(BIO_s_mem());
  BIO* out = BIO_new(BIO_s_mem());
  if (!tls || in == nullptr || out == nullptr) throw setup_error("OpenSSL has no memory");
  SSL_set_bio(tls.get(), in, out);
  SSL_set_connect_state(tls.get());
  SSL_do_handshake(tls.get());
  std::array<char, 4096> bytes;
  const int size = BIO_read(out, bytes.data(), bytes.size());
  if (size <= 0) throw setup_error("OpenSSL begins no handshake: " + take_tls_error());
  return {bytes.data(), static_cast<std::size_t>(size)};
}

class holding_storm final : public storm {
 public:
  holding_storm(const storm_front& front, std::size_t half_handshakes, std::size_t silent)
      : front_(front)
      , hello_(client_hello(front.ca_file))
      , pace_(5'000)
      , half_(half_handshakes) {
    for (std::size_t i = 0; i < half_handshakes + silent; ++i) {
      all_.push_back(std::make_unique<held>(*this, i));
      // Some of each kind from each address, from the beginning on.
      to_offer_.push_back(i * 7919 % (half_handshakes + silent));
    }
  }

  void turn(std::chrono::milliseconds time) override {
    for (std::size_t n = pace_.take(); n > 0 && !to_offer_.empty(); --n) {
      offer(*all_[to_offer_.front()]);
      to_offer_.pop_front();
    }
    loop_.turn(time);
  }

  std::string describe() const override {
    return fmt::format("{} offered, {} held, {} of them half handshakes", offered_, holding_,
                       holding_half_);
  }

 private:
  struct held final : poll_target {
    held(holding_storm& owner, std::size_t index)
        : of(owner)
        , number(index) {}
    void on_events(std::uint32_t events) override { of.look_at(*this, events); }
    holding_storm& of;
    std::size_t number;
    unique_fd fd;
    bool greeted = false; ///< the hello has gone
  };

  bool is_half(const held& one) const { return one.number < half_; }

  void offer(held& one) {
    ++offered_;
    one.fd = start_connect(front_.from(one.number));
    one.greeted = false;
    loop_.add(one.fd.get(), EPOLLOUT, one);
    ++holding_;
    if (is_half(one)) ++holding_half_;
  }

  void look_at(held& one, std::uint32_t events) {
    if (!one.fd) return;
    if (!one.greeted) {
      one.greeted = true;
      if (connect_result(one.fd.get()) != 0) return lose(one);
      if (is_half(one) && ::send(one.fd.get(), hello_.data(), hello_.size(), 0) < 0)
        return lose(one);
      return loop_.change(one.fd.get(), EPOLLIN, one);
    }
    std::array<char, 4096> unread;
    const auto n = ::recv(one.fd.get(), unread.data(), unread.size(), 0);
    if (n == 0 || (n < 0 && (events & (EPOLLERR | EPOLLHUP)) != 0)) lose(one);
  }

  void lose(held& one) {
    one.fd = unique_fd();
    to_offer_.push_back(one.number);
    --holding_;
    if (is_half(one)) --holding_half_;
  }

  const storm_front front_;
  const std::string hello_;
  pace pace_;
  const std::size_t half_;
  poller loop_;
  std::vector<std::unique_ptr<held>> all_;
  std::deque<std::size_t> to_offer_;
  std::size_t offered_ = 0;
  std::size_t holding_ = 0;
  std::size_t holding_half_ = 0;
};

} // namespace

std::unique_ptr<storm> make_connection_storm(const storm_front& front, double rate) {
  return std::make_unique<connection_storm>(front, rate);
}

std::unique_ptr<storm> make_holding_storm(const storm_front& front, std::size_t half_handshakes,
                                          std::size_t silent) {
  return std::make_unique<holding_storm>(front, half_handshakes, silent);
}

} // namespace asio_chat::bench
