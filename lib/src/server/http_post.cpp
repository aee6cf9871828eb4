#include "server/http_post.hpp"

#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace asio_chat {

namespace http = boost::beast::http;

namespace {

constexpr auto max_time = std::chrono::seconds(10);
constexpr std::size_t max_body = std::size_t{64} << 10;

} // namespace

void http_post::start(question q, handler done) {
  done_ = std::move(done);
  request_.version(11);
  request_.method(http::verb::post);
  request_.target(q.target);
  request_.set(http::field::host, q.authority);
  request_.set(http::field::content_type, q.content_type);
  request_.set(http::field::connection, "close");
  request_.body() = std::move(q.body);
  request_.prepare_payload();
  parser_.body_limit(max_body);
  deadline_->wait_until(loop_.time->now() + max_time, [this] {
    const auto alive = shared_from_this();
    end(fail(errc::timed_out, fmt::format("it did not answer within {} s", max_time.count())));
  });
  resolver_.async_resolve(
      q.host, q.port,
      [self = shared_from_this()](const error_code& e, const tcp::resolver::results_type& found) {
        if (!self->done_) return;
        e ? self->end(e, "looking up its name") : self->connect(found);
      });
}

void http_post::connect(const tcp::resolver::results_type& found) {
  race_ = transport::connect_race::start(
      loop_, transport::order_of_attempts(found), max_time,
      [self = shared_from_this()](const error_code& e, transport::tcp_socket socket) {
        self->socket_ = std::move(socket);
        e ? self->end(e, "connecting") : self->write();
      });
}

void http_post::write() {
  http::async_write(socket_, request_,
                    [self = shared_from_this()](const error_code& e, std::size_t) {
                      e ? self->end(e, "asking") : self->read();
                    });
}

void http_post::read() {
  http::async_read(socket_, buffer_, parser_,
                   [self = shared_from_this()](const error_code& e, std::size_t) {
                     e ? self->end(e, "reading the answer") : self->answered();
                   });
}

void http_post::answered() {
  if (parser_.get().result() == http::status::ok) return end(std::move(parser_.get().body()));
  end(fail(errc::not_available,
           fmt::format("it answers with HTTP status {}", parser_.get().result_int())));
}

void http_post::end(const error_code& e, std::string_view doing) {
  end(failure{e, fmt::format("{}: {}", doing, e.message())});
}

void http_post::end(result<std::string> how) {
  const handler done = std::exchange(done_, nullptr);
  cancel();
  if (done) done(std::move(how));
}

void http_post::cancel() {
  done_ = nullptr;
  deadline_->cancel();
  resolver_.cancel();
  if (const auto race = race_.lock()) race->cancel();
  error_code ignored; // it is over in any case
  socket_.close(ignored);
}

} // namespace asio_chat
