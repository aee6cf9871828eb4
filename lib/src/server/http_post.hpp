// One HTTP request with a body, without TLS: for what is signed by itself.
#pragma once

#include "transport/connect_race.hpp"
#include "transport/loop_time.hpp"

#include <asio_chat/error.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace asio_chat {

/// Bounded: 10 s from the name's look-up to the end, 64 KiB of answer. No redirects.
class http_post : public std::enable_shared_from_this<http_post> {
 public:
  /// The body of an answer 200. A failure's sentence is for the log.
  using handler = std::function<void(result<std::string>)>;

  explicit http_post(boost::asio::io_context& context)
      : context_(context)
      , time_(transport::time_of(context))
      , resolver_(context)
      , socket_(context.get_executor())
      , deadline_(time_.make_timer()) {}

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

  boost::asio::io_context& context_;
  time_source& time_;
  tcp::resolver resolver_;
  std::weak_ptr<transport::connect_race> race_; ///< while connecting
  transport::any_tcp_socket socket_;
  std::unique_ptr<timer> deadline_;
  boost::beast::flat_buffer buffer_;
  boost::beast::http::request<boost::beast::http::string_body> request_;
  boost::beast::http::response_parser<boost::beast::http::string_body> parser_;
  handler done_;
};

} // namespace asio_chat
