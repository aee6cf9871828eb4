// How a session ends.
#pragma once

#include "net/outbox.hpp"
#include "net/protocols/protocol.hpp"

#include <asio_chat/close_reason.hpp>

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>

namespace asio_chat::net {

/// Connections that are ended for what they did leave a trace besides the log.
inline void count_end(close_code why, server_counters& c) noexcept {
  switch (why) {
  case close_code::login_timeout:
    ++c.late_logins;
    break;
  case close_code::idle:
    ++c.silent_ends;
    break;
  case close_code::slow_reader:
    ++c.slow_readers;
    break;
  case close_code::protocol_error:
  case close_code::frame_too_large:
    ++c.broken_protocols;
    break;
  default:
    break;
  }
}

///     winding down ---> closing ---> shutting down
///
/// Winding down: nothing more is asked, and what was asked is answered. Closing: out of the hub,
/// and the goodbye is the last thing to be sent. Shutting down: TLS says that nothing more is
/// written. Each may be the first, each comes once, and the first reason is the reason.
class session_end {
 public:
  bool winds_down() const noexcept { return after_answers_.has_value(); }
  bool closes() const noexcept { return now_.has_value(); }

  /// Whether it does from here on, and did not before.
  bool wind_down(const close_reason& why) {
    if (winds_down() || closes()) return false;
    after_answers_ = why;
    return true;
  }
  bool close(close_reason why) {
    if (closes()) return false;
    now_ = std::move(why);
    return true;
  }
  bool shut_down() noexcept { return !std::exchange(shuts_down_, true); }

  /// Why it winds down: only then.
  const close_reason& after_answers() const noexcept { return *after_answers_; }

  /// Out of the hub. The log has it, and the goodbye is in the outbox.
  /// @param speaks null: no protocol is known yet
  void say_goodbye(protocol* speaks, outbox& to, const session_context& c,
                   const std::string& address) const {
    count_end(now_->code, c.counters);
    c.log(severity::info, fmt::format("Connection closed with {}", address),
          {{"name", std::string(speaks ? speaks->name() : "")},
           {"reason", now_->phrase},
           {"code", std::to_string(static_cast<int>(now_->code))}});
    if (!speaks) return;
    const work_watch::piece leaving(c.watch, "leaving");
    speaks->leave(now_->code == close_code::quit);
    if (now_->code == close_code::connection_lost) return;
    if (const shared_bytes last = speaks->goodbye(*now_)) to.push(last);
  }

 private:
  std::optional<close_reason> after_answers_;
  std::optional<close_reason> now_;
  bool shuts_down_ = false;
};

} // namespace asio_chat::net
