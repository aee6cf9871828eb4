#include "ops/socket_authenticator.hpp"

#include "base/sanitize.hpp"
#include "tls/file.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <utf8.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <sys/socket.h>

namespace asio_chat::ops {

namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using local = asio::local::stream_protocol;

constexpr std::size_t max_line = std::size_t{64} * 1024;

login_refused not_now(std::chrono::seconds later) {
  return {.why = "who you are cannot be found out now; try again later",
          .retry_after = later,
          .code = errc::not_available};
}

/// A question that the program cannot read would cost all others their answers: it has to be UTF-8,
/// and short enough however much of it is escaped.
bool can_be_asked(const login_request& who) {
  constexpr std::size_t max_escaped = 6; // \u0001
  constexpr std::size_t longest = max_line / max_escaped - 1024;
  const std::string_view password = who.password ? std::string_view(*who.password) : "";
  const std::string_view all[] = {who.name, password, who.certificate};
  std::size_t bytes = 0;
  for (const std::string_view text : all) {
    if (!utf8::is_valid(text.begin(), text.end())) return false;
    bytes += text.size();
  }
  return bytes <= longest;
}

struct wrong_field {
  std::string why;
};

[[noreturn]] void throw_must_be(std::string_view field, std::string_view what) {
  throw wrong_field{fmt::format("its answer cannot be used: field «{}» must be {}", field, what)};
}

std::string text_in(const json::object& o, std::string_view field) {
  const json::value* v = o.if_contains(field);
  if (v == nullptr || v->is_null()) return {};
  if (!v->is_string()) throw_must_be(field, "a string");
  return std::string(v->get_string());
}

bool switch_in(const json::object& o, std::string_view field, std::optional<bool> if_absent) {
  const json::value* v = o.if_contains(field);
  if ((v == nullptr || v->is_null()) && if_absent) return *if_absent;
  if (v == nullptr || !v->is_bool()) throw_must_be(field, "true or false");
  return v->get_bool();
}

std::optional<std::uint64_t> number_in(const json::object& o, std::string_view field) {
  const json::value* v = o.if_contains(field);
  if (v == nullptr || v->is_null()) return std::nullopt;
  error_code wrong;
  const auto n = v->to_number<std::uint64_t>(wrong);
  if (wrong) throw_must_be(field, "a whole number");
  return n;
}

role role_in(const json::object& o, role if_absent) {
  const std::string text = text_in(o, "role");
  if (text.empty()) return if_absent;
  for (const auto& [name, value] :
       {std::pair("guest", role::guest), std::pair("member", role::member),
        std::pair("voice", role::voice), std::pair("operator", role::op),
        std::pair("owner", role::owner)})
    if (text == name) return value;
  throw_must_be("role", "guest, member, voice, operator or owner");
}

login_answer answer_in(const json::object& o) {
  if (switch_in(o, "accept", std::nullopt)) {
    login_accepted yes{.user = text_in(o, "user"), .name = text_in(o, "name")};
    yes.as = role_in(o, yes.user.empty() ? role::guest : role::member);
    // Another name may be that of a user who is not here.
    if (!yes.user.empty()) yes.may = yes.may.without(right::rename);
    return yes;
  }
  login_refused no{.why = text_in(o, "reason"),
                   .for_good = switch_in(o, "final", false),
                   .code = errc::wrong_passphrase}; // a client asks its user once more
  if (no.why.empty()) no.why = "wrong name or password";
  constexpr std::uint64_t day = 86'400;
  if (const auto later = number_in(o, "retry_after"))
    no.retry_after = std::chrono::seconds(std::min(*later, day));
  return no;
}

} // namespace

std::string question_line(std::uint64_t number, const login_request& who) {
  std::array<unsigned char, 8192> memory; // of a password, too
  std::string line;
  {
    json::monotonic_resource resource(memory.data(), memory.size());
    json::object o(&resource);
    o["id"] = number;
    o["name"] = who.name;
    if (who.password) o["password"] = *who.password;
    if (!who.certificate.empty()) o["certificate"] = who.certificate;
    o["address"] = who.address;
    line = json::serialize(o);
  }
  OPENSSL_cleanse(memory.data(), memory.size());
  line += '\n';
  return line;
}

result<numbered_answer> read_answer_line(std::string_view line) {
  error_code wrong;
  const json::value v = json::parse(line, wrong);
  if (wrong || !v.is_object())
    return fail(errc::protocol_error,
                fmt::format("it said «{}», which is no JSON object", sanitize_for_log(line, 80)));
  try {
    const auto number = number_in(v.get_object(), "id");
    if (!number) return fail(errc::protocol_error, "it gave an answer without an id");
    try {
      return numbered_answer{*number, answer_in(v.get_object())};
    } catch (const wrong_field& w) {
      return numbered_answer{*number, fail(errc::protocol_error, w.why)};
    }
  } catch (const wrong_field& w) {
    return fail(errc::protocol_error, w.why);
  }
}

/// Of its own, so that handlers of an earlier one do nothing to the next.
struct socket_authenticator::connection {
  explicit connection(const asio::any_io_executor& on)
      : socket(on) {}
  ~connection() { tls::wipe(being_written); }

  local::socket socket;
  bool is_open = false;
  std::string being_written; ///< empty: nothing is
  std::string in;
};

socket_authenticator::socket_authenticator(asio::any_io_executor on, time_source& time, options o,
                                           log_function log)
    : executor_(std::move(on))
    , time_(time)
    , options_(std::move(o))
    , log_(std::move(log))
    , timer_(time_.make_timer()) {}

socket_authenticator::~socket_authenticator() {
  tls::wipe(out_);
}

void socket_authenticator::start() {
  if (!connection_) connect();
}

void socket_authenticator::ask(const login_request& who, login_answer_handler answer) {
  if (closed_ || waiting_.size() >= options_.max_waiting)
    return answer(not_now(std::chrono::seconds(2)));
  if (!can_be_asked(who))
    return answer({login_refused{.why = "name and password have to be UTF-8, and shorter"}});
  std::string line = question_line(++asked_, who);
  out_ += line;
  tls::wipe(line);
  waiting_.emplace(asked_, question{std::move(answer), time_.now() + options_.answer_time});
  if (waiting_.size() == 1) wait_for_first();
  start();
  write();
}

void socket_authenticator::close() {
  closed_ = true;
  lost({});
}

void socket_authenticator::connect() {
  const auto c = connection_ = std::make_shared<connection>(executor_);
  c->socket.async_connect(local::endpoint(options_.path),
                          [weak = weak_from_this(), c](const error_code& e) {
                            const auto self = weak.lock();
                            if (!self || self->connection_ != c) return;
                            if (e) return self->lost(e.message());
                            self->connected(c);
                          });
}

void socket_authenticator::connected(const std::shared_ptr<connection>& c) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(c->socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
    return lost("whose it is cannot be found out");
  if (std::ranges::find(options_.users, peer.uid) == options_.users.end())
    return lost(
        fmt::format("it is of user {}, who is not to be given passwords; authenticator-user "
                    "allows it",
                    peer.uid));
  c->is_open = true;
  read();
  write();
}

void socket_authenticator::write() {
  const auto c = connection_;
  if (!c->is_open || !c->being_written.empty() || out_.empty()) return;
  c->being_written.swap(out_);
  asio::async_write(c->socket, asio::buffer(c->being_written),
                    [weak = weak_from_this(), c](const error_code& e, std::size_t) {
                      tls::wipe(c->being_written);
                      c->being_written.clear();
                      const auto self = weak.lock();
                      if (!self || self->connection_ != c) return;
                      if (e) return self->lost(e.message());
                      self->write();
                    });
}

void socket_authenticator::read() {
  const auto c = connection_;
  asio::async_read_until(
      c->socket, asio::dynamic_buffer(c->in, max_line), '\n',
      [weak = weak_from_this(), c](const error_code& e, std::size_t n) {
        const auto self = weak.lock();
        if (!self || self->connection_ != c) return;
        if (e == asio::error::not_found) return self->lost("it said a line of more than 64 KiB");
        if (e)
          return self->lost(e == asio::error::eof ? "it has closed the connection" : e.message());
        const std::string line = c->in.substr(0, n - 1);
        c->in.erase(0, n);
        self->take(line);
        if (self->connection_ == c) self->read();
      });
}

void socket_authenticator::take(std::string_view line) {
  auto said = read_answer_line(line);
  if (!said) return lost(said.error().message);
  if (said->number == 0 || said->number > asked_)
    return lost(fmt::format("it answered question {}, which was not asked", said->number));
  const auto found = waiting_.find(said->number);
  if (found == waiting_.end()) return; // it comes too late
  const auto answer = std::move(found->second.answer);
  waiting_.erase(found);
  if (std::exchange(fails_, false))
    log_(severity::info, "The authenticator answers again", {{"socket", options_.path}});
  if (said->answer) return answer(*std::move(said->answer));
  log_(severity::warning, "The authenticator gave a wrong answer",
       {{"socket", options_.path}, {"reason", said->answer.error().message}});
  answer(not_now(std::chrono::seconds(5)));
}

void socket_authenticator::lost(std::string_view reason) {
  // The program may be restarted while nobody logs in.
  const bool missed = !waiting_.empty() || !connection_ || !connection_->is_open;
  if (connection_) {
    error_code ignored;
    std::exchange(connection_, nullptr)->socket.close(ignored);
  }
  tls::wipe(out_);
  out_.clear();
  timer_->cancel();
  if (!closed_ && missed && !std::exchange(fails_, true))
    log_(severity::warning, "The authenticator cannot be asked, and nobody can log in",
         {{"socket", options_.path}, {"reason", std::string(reason)}});
  // An answer may bring the next question.
  for (auto& [number, asked] : std::exchange(waiting_, {}))
    asked.answer(not_now(std::chrono::seconds(5)));
}

void socket_authenticator::wait_for_first() {
  if (waiting_.empty()) return;
  timer_->wait_until(waiting_.begin()->second.until, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->expire();
  });
}

void socket_authenticator::expire() {
  std::vector<login_answer_handler> late;
  while (!waiting_.empty() && waiting_.begin()->second.until <= time_.now()) {
    late.push_back(std::move(waiting_.begin()->second.answer));
    waiting_.erase(waiting_.begin());
  }
  wait_for_first();
  if (!late.empty() && !std::exchange(fails_, true))
    log_(severity::warning, "The authenticator has not answered in time",
         {{"socket", options_.path}});
  for (const auto& answer : late)
    answer(not_now(std::chrono::seconds(5)));
}

} // namespace asio_chat::ops
