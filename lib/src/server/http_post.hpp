// One HTTP request with a body, without TLS: for what is signed by itself.
#pragma once

#include "transport/connect_race.hpp"
#include "transport/loop_time.hpp"

#include <asio_chat/error.hpp>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace asio_chat {

/// Bounded: 10 s from the name's look-up to the end, 64 KiB of answer. No redirects.
class http_post : public std::enable_shared_from_this<http_post> {
 public:
  /// The body of an answer 200. A failure's sentence is for the log.
  using handler = std::function<void(result<std::string>)>;

  explicit http_post(transport::loop on)
      : loop_(std::move(on))
      , resolver_(loop_.executor)
      , socket_(loop_.executor)
      , deadline_(loop_.time->make_timer()) {}

  struct question {
    std::string host;
    std::string port;
    std::string authority; ///< the Host header
    std::string target;
    std::string_view content_type;
    std::string body;
  };
  /// Once only.
  void start(question q, handler done);
  /// The handler is not called any more.
  void cancel();

 private:
  using tcp = boost::asio::ip::tcp;

  void connect(const tcp::resolver::results_type& found);
  void write();
  void read();
  void answered();
  void end(result<std::string> how);
  void end(const error_code& e, std::string_view doing);

  const transport::loop loop_;
  tcp::resolver resolver_;
  std::weak_ptr<transport::connect_race> race_; ///< while connecting
  transport::tcp_socket socket_;
  std::unique_ptr<timer> deadline_;
  boost::beast::flat_buffer buffer_;
  boost::beast::http::request<boost::beast::http::string_body> request_;
  boost::beast::http::response_parser<boost::beast::http::string_body> parser_;
  handler done_;
};

} // namespace asio_chat
