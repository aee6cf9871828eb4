// A client of the text protocol, as a beginner would write it: TLS, and a length before each
// message.
#pragma once

#include "support/certificates.hpp"
#include "support/run_until.hpp"
#include "transport/stream.hpp"
#include "wire/frame.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asio_chat::test {

namespace asio = boost::asio;

class text_client {
 public:
  text_client(asio::io_context& context, asio::ip::tcp::endpoint server)
      : tls_(client_context())
      , stream_(context, *tls_)
      , server_(server) {}

  /// Connects over TCP and TLS, then sends the given frames.
  void start(std::vector<std::string> first) {
    for (const std::string& f : first)
      wire::append_frame(out_, f);
    stream_.next_layer().async_connect(server_, [this](error_code e) {
      if (e) return end(e);
      stream_.async_handshake(asio::ssl::stream_base::client, [this](error_code e2) {
        if (e2) return end(e2);
        handshaken = true;
        write();
        read();
      });
    });
  }

  void say(std::string_view line) {
    wire::append_frame(out_, line);
    if (handshaken) write();
  }
  void send_raw(std::string_view bytes) {
    out_.append(bytes);
    if (handshaken) write();
  }
  /// Closes the socket without a goodbye.
  void vanish() {
    error_code ignored;
    stream_.next_layer().close(ignored);
  }
  /// Reads nothing more; the system's buffer is small, too.
  void stop_reading() {
    reading_ = false;
    stream_.next_layer().set_option(asio::socket_base::receive_buffer_size(64 * 1024));
  }
  void go_on_reading() {
    if (std::exchange(reading_, true) || read_under_way_) return;
    read();
  }

  std::size_t count(std::string_view line) const {
    return static_cast<std::size_t>(std::count(lines.begin(), lines.end(), line));
  }
  bool has(std::string_view line) const { return count(line) > 0; }

  bool sent_all() const noexcept { return out_.empty() && !write_under_way_; }

  std::vector<std::string> lines; ///< the frames that have arrived
  bool handshaken = false;
  bool ended = false;
  error_code end_reason;

 private:
  static std::shared_ptr<asio::ssl::context> client_context() {
    auto c = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_client);
    c->set_verify_mode(asio::ssl::verify_peer);
    c->load_verify_file(certificates().ca_certificate);
    return c;
  }

  void write() {
    if (out_.empty() || ended || write_under_way_) return;
    write_under_way_ = true;
    writing_ = std::exchange(out_, {});
    asio::async_write(stream_, asio::buffer(writing_), [this](error_code e, std::size_t) {
      write_under_way_ = false;
      if (e) return;
      write();
    });
  }

  void read() {
    if (!reading_) return;
    read_under_way_ = true;
    const auto room = frames_.prepare();
    stream_.async_read_some(asio::buffer(room.data(), room.size()),
                            [this](error_code e, std::size_t n) {
                              read_under_way_ = false;
                              if (e) return end(e);
                              frames_.commit(n);
                              std::string_view payload;
                              while (frames_.next(payload) == wire::frame_reader::status::frame) {
                                lines.emplace_back(payload);
                              }
                              read();
                            });
  }

  void end(error_code e) {
    ended = true;
    end_reason = e;
  }

  std::shared_ptr<asio::ssl::context> tls_;
  asio::ssl::stream<asio::ip::tcp::socket> stream_;
  asio::ip::tcp::endpoint server_;
  wire::frame_reader frames_{wire::native_payload_cap};
  std::string out_;
  std::string writing_;
  bool reading_ = true;
  bool read_under_way_ = false;
  bool write_under_way_ = false;
};

} // namespace asio_chat::test
