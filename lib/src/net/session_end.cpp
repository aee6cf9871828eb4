#include "net/session_end.hpp"

#include <fmt/format.h>

namespace asio_chat::net {

void session_end::say_goodbye(protocol* speaks, outbox& to, const server_context& c,
                              const std::string& address) const {
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

} // namespace asio_chat::net
