#include "server/ocsp_fetcher.hpp"

#include "unit/tls/ocsp_responses.hpp"
#include "unit/tls/world.hpp"

#include "support/catch.hpp"
#include "support/run_until.hpp"
#include "testing/manual_time.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <vector>

using namespace asio_chat;
using namespace asio_chat::tls::test;
using asio_chat::test::run_until;
namespace x509 = asio_chat::tls::x509;
using namespace std::chrono_literals;
using boost::asio::ip::tcp;
namespace http = boost::beast::http;
using Catch::Matchers::Contains;

namespace {

/// Answers one request after the other, as the test says.
class responder {
 public:
  explicit responder(boost::asio::io_context& io)
      : acceptor_(io, {boost::asio::ip::address_v4::loopback(), 0}) {
    accept();
  }
  std::string url() const {
    return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/ocsp";
  }
  struct answer {
    http::status status = http::status::ok;
    std::function<std::string()>
        body; ///< made on the request, because some answers are valid for a short time
  };
  std::deque<answer> answers; ///< without an answer the responder is silent
  std::vector<http::request<http::string_body>> asked;

 private:
  struct visit {
    tcp::socket socket;
    boost::beast::flat_buffer buffer;
    http::request<http::string_body> request;
    http::response<http::string_body> response;
  };

  void accept() {
    acceptor_.async_accept([this](error_code e, tcp::socket socket) {
      if (e) return;
      read(std::make_shared<visit>(visit{std::move(socket), {}, {}, {}}));
      accept();
    });
  }
  void read(const std::shared_ptr<visit>& v) {
    http::async_read(v->socket, v->buffer, v->request, [this, v](error_code e, std::size_t) {
      if (!e) write(v);
    });
  }
  void write(const std::shared_ptr<visit>& v) {
    asked.push_back(v->request);
    silent_.push_back(v);
    if (answers.empty()) return;
    v->response.result(answers.front().status);
    v->response.body() = answers.front().body();
    answers.pop_front();
    v->response.prepare_payload();
    http::async_write(v->socket, v->response, [v](error_code, std::size_t) {});
  }

  tcp::acceptor acceptor_;
  std::vector<std::shared_ptr<visit>> silent_;
};

/// The responder is asked over the loopback; time is moved by hand.
struct fetching_world : world {
  boost::asio::io_context io{1};
  asio_chat::testing::manual_time& time = asio_chat::testing::manual_time::of(io);
  responder there{io};
  std::string log_text;
  logger log{[this](severity, std::string_view message, std::span<const log_field> fields) {
    log_text.append(message);
    for (const auto& f : fields)
      log_text.append(" ").append(f.name).append("=").append(f.value);
    log_text += '\n';
  }};
  x509::identity shown = make_server(ca);
  std::shared_ptr<const tls::server_context> context;
  std::shared_ptr<ocsp_fetcher> fetcher = std::make_shared<ocsp_fetcher>(io.get_executor(), log);

  fetching_world() {
    time.set_wall(system_wall_now()); // by which the CA of the tests dates its answers
    files.put("shown", shown);
    auto server = files.server("shown");
    server.certificate_file =
        files.write("chain.pem", files.read("shown-cert.pem") + files.read("ca-cert.pem"));
    server.ocsp_responder = there.url();
    context = tls::server_context::make(server).value();
  }
  void will_say(const response_request& what) {
    there.answers.push_back({http::status::ok, [this, what] {
                               return make_response(shown.certificate.get(), ca, ca, what);
                             }});
  }
  template <class Condition>
  bool runs_until(Condition reached) {
    return run_until(io, [&] {
      time.run();
      return reached();
    });
  }
  bool logs(const char* part, std::ptrdiff_t times = 1) {
    return runs_until([&] { return count(part) >= times; });
  }
  std::ptrdiff_t count(std::string_view part) const {
    std::ptrdiff_t n = 0;
    for (auto at = log_text.find(part); at != std::string::npos; at = log_text.find(part, at + 1))
      ++n;
    return n;
  }
  /// Until the next timer ends.
  std::chrono::seconds wait() const {
    return std::chrono::duration_cast<std::chrono::seconds>(*time.next_due() - time.now());
  }
  std::string stapled() const {
    const auto& now = context->stapler()->now();
    return now ? now->answer.status : "";
  }
};

} // namespace

TEST_CASE("A19: the responder is asked as RFC 6960 says", "[server][A19]") {
  fetching_world w;
  w.will_say({});
  w.fetcher->follow(w.context);
  CHECK(w.stapled().empty());
  CHECK(w.runs_until([&] { return w.stapled() == "good"; }));
  REQUIRE(w.there.asked.size() == 1);
  const auto& request = w.there.asked.front();
  CHECK(request.method() == http::verb::post);
  CHECK(request.target() == "/ocsp");
  CHECK(request[http::field::content_type] == "application/ocsp-request");
  CHECK("http://" + std::string(request[http::field::host]) + "/ocsp" == w.there.url());
  const auto* bytes = reinterpret_cast<const unsigned char*>(request.body().data());
  const tls::openssl_ptr<OCSP_REQUEST, OCSP_REQUEST_free> parsed(
      d2i_OCSP_REQUEST(nullptr, &bytes, static_cast<long>(request.body().size())));
  REQUIRE(parsed);
  CHECK(OCSP_request_onereq_count(parsed.get()) == 1);
  CHECK(OCSP_REQUEST_get_ext_count(parsed.get()) == 0); // no nonce
}

TEST_CASE("A19: it is asked again at half of the answer's life, at least once an hour",
          "[server][A19]") {
  const auto wait_for = [](std::chrono::seconds left) -> std::chrono::seconds {
    fetching_world w;
    response_request what;
    what.left = left;
    w.will_say(what);
    w.fetcher->follow(w.context);
    CHECK(w.logs("asks_again_in"));
    CHECK(w.there.asked.size() == 1);
    const auto wait = w.wait();
    CHECK(w.count(fmt::format("asks_again_in={}s", wait.count())) == 1);
    // Answers are dated in whole seconds by another clock.
    const auto really_left = w.context->stapler()->now()->answer.next_update - w.time.wall_now();
    CHECK(wait == std::clamp<std::chrono::seconds>(
                      std::chrono::duration_cast<std::chrono::seconds>(really_left) / 2, 1s, 1h));
    w.will_say({});
    w.time.advance(wait);
    CHECK(w.runs_until([&] { return w.there.asked.size() == 2; }));
    return wait;
  };
  CHECK(wait_for(100h) == 1h);
  const auto half = wait_for(1000s);
  CHECK(half > 400s);
  CHECK(half < 600s);
}

TEST_CASE("A19: what fails is said and tried again, and the old staple stays", "[server][A19]") {
  fetching_world w;
  w.will_say({});
  w.fetcher->follow(w.context);
  CHECK(w.logs("asks_again_in"));
  for (int n = 0; n < 12; ++n)
    w.there.answers.push_back({http::status::bad_gateway, [] { return std::string("x"); }});
  w.time.advance(w.wait());
  CHECK(w.logs("HTTP status 502"));
  CHECK_THAT(w.log_text, Contains("next_try_in=1s"));
  CHECK(w.stapled() == "good");
  auto patience = 1s;
  for (int n = 2; n <= 12; ++n) {
    CHECK(w.wait() == patience);
    w.time.advance(patience);
    CHECK(w.logs("HTTP status 502", n));
    patience = std::min<std::chrono::seconds>(2 * patience, 10min);
  }
  response_request revoked;
  revoked.status = V_OCSP_CERTSTATUS_REVOKED;
  revoked.age = 1s;
  revoked.left = 100h; // the clock of the tests has gone ahead
  w.will_say(revoked);
  w.time.advance(w.wait());
  CHECK(w.logs("was revoked"));
  CHECK(w.stapled() == "revoked");
}

TEST_CASE("A19: a responder that does not answer has ten seconds", "[server][A19]") {
  fetching_world w;
  w.fetcher->follow(w.context);
  CHECK(w.runs_until([&] { return w.there.asked.size() == 1; }));
  w.time.advance(9'999ms);
  CHECK(w.log_text.empty());
  w.time.advance(1ms);
  CHECK_THAT(w.log_text, Contains("it did not answer within 10 s"));
}

TEST_CASE("A19: an answer that proves nothing is not stapled", "[server][A19]") {
  fetching_world w;
  const auto about = w.shown.certificate.get();
  response_request old;
  old.age = 48h;
  old.left = -24h;
  struct row {
    std::string body;
    const char* reason;
  };
  for (const row& r :
       {row{"<html>", "is none"}, row{std::string("\x30\x03\x0a\x01\x03", 5), "trylater"},
        row{make_response(about, w.ca, make_ca()), "is not signed by"},
        row{make_response(make_server(w.ca).certificate.get(), w.ca, w.ca), "another certificate"},
        row{make_response(about, w.ca, w.ca, old), "out of date"},
        row{std::string(65 << 10, 'x'), "body limit"}}) {
    CAPTURE(r.reason);
    w.there.answers = {{http::status::ok, [&] { return r.body; }}};
    w.fetcher->follow(w.context);
    CHECK(w.logs(r.reason));
    CHECK(w.stapled().empty());
  }
}

TEST_CASE("A19: a machine in between cannot replay what was said earlier", "[server][A19]") {
  fetching_world w;
  response_request revoked;
  revoked.status = V_OCSP_CERTSTATUS_REVOKED;
  revoked.age = 1min;
  w.will_say(revoked);
  w.fetcher->follow(w.context);
  CHECK(w.runs_until([&] { return w.stapled() == "revoked"; }));
  w.will_say({}); // it was good an hour ago
  w.fetcher->follow(w.context);
  CHECK(w.logs("asks_again_in", 2)); // both have been read
  CHECK(w.stapled() == "revoked");
}

TEST_CASE("A19: a fetcher that is stopped leaves nothing to do", "[server][A19]") {
  fetching_world w;
  w.fetcher->follow(w.context);
  CHECK(w.runs_until([&] { return w.there.asked.size() == 1; })); // and no answer
  w.fetcher->stop();
  w.fetcher->follow(w.context);
  w.fetcher->stop();
  w.io.restart();
  w.io.poll();
  CHECK(w.log_text.empty());
}
