#include "ops/control_socket.hpp"

#include "accounts/account_changes.hpp"
#include "accounts/policy.hpp"
#include "base/file.hpp"
#include "base/sanitize.hpp"
#include "tls/file.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

namespace asio_chat::ops {

namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using local = asio::local::stream_protocol;

constexpr account_change::kind change_kinds[] = {
    account_change::kind::add,     account_change::kind::disable,   account_change::kind::enable,
    account_change::kind::reset,   account_change::kind::remove,    account_change::kind::forget,
    account_change::kind::certify, account_change::kind::uncertify, account_change::kind::role};

/// Empty where there is no such string.
std::string control_text(const json::object& o, std::string_view field) {
  const json::value* v = o.if_contains(field);
  return v && v->is_string() ? std::string(v->get_string()) : std::string();
}

failure unknown_request() {
  return fail(errc::protocol_error, "the daemon does not know this request: use the asio-chatd "
                                    "that it was started from");
}

std::string answer_line(const result<std::string>& how) {
  json::object o{{"done", how.has_value()}};
  if (how) {
    if (!how->empty()) o["receipt"] = *how;
  } else {
    o["message"] = sanitize(how.error().message);
    o["setting"] = how.error().code == errc::bad_setting; // the command is wrong, not the daemon
  }
  return json::serialize(o) + "\n";
}

result<std::string> read_answer(std::string_view line) {
  error_code wrong;
  const json::value v = json::parse(line, wrong);
  const json::value* done = v.is_object() ? v.get_object().if_contains("done") : nullptr;
  if (wrong || !done || !done->is_bool())
    return fail(errc::protocol_error, "the daemon answered with what is no answer");
  if (done->get_bool()) return control_text(v.get_object(), "receipt");
  const json::value* setting = v.get_object().if_contains("setting");
  const bool wrong_command = setting && setting->is_bool() && setting->get_bool();
  return fail(wrong_command ? errc::bad_setting : errc::not_available,
              control_text(v.get_object(), "message"));
}

failure not_reached(const std::string& path, int error) {
  return fail(errc::not_available,
              fmt::format("the daemon cannot be reached at '{}': {}", path, errno_text(error)));
}

} // namespace

std::string control_path(const std::string& data_directory) {
  std::error_code wrong;
  const auto whole = std::filesystem::absolute(data_directory, wrong);
  return (wrong ? data_directory : whole.lexically_normal().string()) + "/control";
}

std::string control_line(const account_change& c) {
  json::object o{{"account", name_of(c.what)}, {"name", c.name}};
  if (!c.password.empty()) o["password"] = c.password;
  if (!c.pin.empty()) o["pin"] = c.pin;
  if (has_role(c.what)) o["role"] = name_of(c.as);
  return json::serialize(o);
}

result<account_change> read_control_line(std::string_view line) {
  error_code wrong;
  const json::value v = json::parse(line, wrong);
  if (wrong || !v.is_object()) return unknown_request();
  const json::object& o = v.get_object();
  const std::string what = control_text(o, "account");
  for (const account_change::kind k : change_kinds) {
    if (name_of(k) != what) continue;
    account_change c{k, control_text(o, "name"), control_text(o, "password")};
    const auto as = find_role(control_text(o, "role"));
    if (as) c.as = *as;
    if (k == account_change::kind::role && !as) return unknown_request();
    c.pin = control_text(o, "pin");
    const bool takes_password = has_password(k) && (needs_password(c) || !c.password.empty());
    const bool needs_pin =
        k == account_change::kind::certify || k == account_change::kind::uncertify;
    const bool takes_pin = needs_pin || (k == account_change::kind::add && !c.pin.empty());
    if (c.name.empty() || takes_password == c.password.empty() || takes_pin == c.pin.empty())
      return unknown_request();
    return c;
  }
  return unknown_request();
}

std::string announcement_line(std::string_view text) {
  return json::serialize(json::object{{"announce", text}});
}

std::optional<std::string> announcement_in(std::string_view line) {
  error_code wrong;
  const json::value v = json::parse(line, wrong);
  if (wrong || !v.is_object()) return {};
  std::string text = control_text(v.get_object(), "announce");
  return text.empty() ? std::nullopt : std::optional(std::move(text));
}

struct control_socket::connection {
  connection(local::socket s, std::unique_ptr<timer> t)
      : socket(std::move(s))
      , until(std::move(t)) {}
  ~connection() { tls::wipe(in); } // a password may be in it

  local::socket socket;
  std::unique_ptr<timer> until;
  std::string in;
  std::string out;
};

control_socket::control_socket(const asio::any_io_executor& on, time_source& time, int listening,
                               taker take, announcer announce, log_function log)
    : acceptor_(on, local(), listening)
    , time_(time)
    , pause_(time.make_timer())
    , take_(std::move(take))
    , announce_(std::move(announce))
    , log_(std::move(log)) {}

void control_socket::start() {
  if (!accepting_) accept();
}

void control_socket::close() {
  closed_ = true;
  error_code ignored;
  acceptor_.close(ignored);
  pause_->cancel();
  for (const auto& one : connections_)
    if (const auto alive = one.lock()) alive->socket.close(ignored);
}

void control_socket::accept() {
  accepting_ = !closed_ && connections_.size() < max_connections;
  if (!accepting_) return;
  acceptor_.async_accept([self = shared_from_this()](const error_code& e, local::socket s) {
    self->accepting_ = false;
    if (self->closed_) return;
    if (e) return self->accept_later(); // as a rule: there is no descriptor
    ucred peer{};
    socklen_t size = sizeof peer;
    const bool known = ::getsockopt(s.native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;
    if (known && (peer.uid == 0 || peer.uid == ::geteuid())) {
      const auto c = std::make_shared<connection>(std::move(s), self->time_.make_timer());
      self->connections_.push_back(c);
      self->read(c);
    } else {
      self->log_(severity::warning, "A user who may not change accounts has tried to",
                 {{"uid", known ? std::to_string(peer.uid) : "unknown"}});
    }
    self->accept();
  });
}

void control_socket::accept_later() {
  accepting_ = true;
  pause_->wait_until(time_.now() + accept_pause, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->accept();
  });
}

void control_socket::end(const std::shared_ptr<connection>& c) {
  c->until->cancel();
  error_code ignored;
  c->socket.close(ignored);
  std::erase_if(connections_, [&c](const auto& one) { return one.lock() == c; });
  if (!accepting_) accept();
}

void control_socket::read(const std::shared_ptr<connection>& c) {
  c->until->wait_until(time_.now() + line_time, [weak = std::weak_ptr(c)] {
    error_code ignored;
    if (const auto late = weak.lock()) late->socket.close(ignored);
  });
  asio::async_read_until(c->socket, asio::dynamic_buffer(c->in, max_line), '\n',
                         [self = shared_from_this(), c](const error_code& e, std::size_t n) {
                           c->until->cancel();
                           if (e || self->closed_) return self->end(c);
                           self->carry_out(c, std::string_view(c->in).substr(0, n - 1));
                         });
}

void control_socket::carry_out(const std::shared_ptr<connection>& c, std::string_view line) {
  if (auto text = announcement_in(line)) {
    const auto told = announce_(*std::move(text));
    if (told) log_(severity::info, "Everybody was told something by asio-chatd announce");
    return answer_with(c, told ? result<std::string>(std::string()) : told.error());
  }
  const auto wanted = read_control_line(line);
  if (!wanted) return answer_with(c, wanted.error());
  const std::string what = fmt::format("{} {}", name_of(wanted->what), wanted->name);
  take_(*wanted, [weak = weak_from_this(), c, what](const result<std::string>& how) {
    const auto self = weak.lock();
    if (!self) return;
    if (how)
      self->log_(severity::info, "An account was changed by asio-chatd account", {{"what", what}});
    self->answer_with(c, how);
  });
}

void control_socket::answer_with(const std::shared_ptr<connection>& c,
                                 const result<std::string>& how) {
  c->out = answer_line(how);
  asio::async_write(
      c->socket, asio::buffer(c->out),
      [self = shared_from_this(), c](const error_code&, std::size_t) { self->end(c); });
}

namespace {

/// @param line is wiped
/// @param unclear what is to be said where no answer comes
std::optional<result<std::string>> ask_by_line(const std::string& data_directory, std::string line,
                                               const std::string& unclear) {
  const std::string path = control_path(data_directory);
  sockaddr_un at{};
  at.sun_family = AF_UNIX;
  if (path.size() >= sizeof at.sun_path) return std::nullopt; // no daemon can listen there
  std::memcpy(at.sun_path, path.c_str(), path.size() + 1);
  const file_descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (socket.get() < 0) return not_reached(path, errno);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0) {
    // None is there, or it has left its socket behind.
    if (errno == ENOENT || errno == ENOTDIR || errno == ECONNREFUSED) return std::nullopt;
    return not_reached(path, errno);
  }
  constexpr timeval patience{60, 0}; // it may hash a password, and others before
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  line += "\n";
  const ssize_t sent = ::send(socket.get(), line.data(), line.size(), MSG_NOSIGNAL);
  const bool whole = sent == static_cast<ssize_t>(line.size());
  tls::wipe(line);
  std::string answer;
  std::array<char, 1024> block;
  while (whole && answer.find('\n') == answer.npos && answer.size() < control_socket::max_line) {
    const ssize_t n = ::recv(socket.get(), block.data(), block.size(), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    answer.append(block.data(), static_cast<std::size_t>(n));
  }
  if (answer.find('\n') == answer.npos)
    return fail(errc::not_available, "the daemon gave no answer, and " + unclear);
  return read_answer(std::string_view(answer).substr(0, answer.find('\n')));
}

} // namespace

std::optional<result<std::string>> ask_daemon(const std::string& data_directory,
                                              const account_change& c) {
  return ask_by_line(data_directory, control_line(c),
                     fmt::format("may or may not have changed the account: look with asio-chatd "
                                 "account show {}",
                                 sanitize_for_log(c.name, 64)));
}

std::optional<result<std::string>> ask_daemon_to_announce(const std::string& data_directory,
                                                          std::string_view text) {
  std::string line = announcement_line(text);
  if (line.size() >= control_socket::max_line)
    return fail(errc::bad_setting,
                fmt::format("the text has {} bytes, which is more than a daemon can be given: "
                            "shorten it",
                            text.size()));
  if (!announcement_in(line)) return fail(errc::bad_setting, "the text is not UTF-8: convert it");
  return ask_by_line(data_directory, std::move(line),
                     "may or may not have told everybody: see the room audit");
}

} // namespace asio_chat::ops
