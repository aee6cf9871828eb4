// Sessions whose peers are scripts and whose time a test moves.
#pragma once

#include "domain/hub.hpp"
#include "journal/memory_journal.hpp"
#include "net/passphrase_authenticator.hpp"
#include "net/protocols/protocol_table.hpp"
#include "net/session.hpp"
#include "support/scripted_stream.hpp"
#include "testing/manual_time.hpp"
#include "unit/domain/failing_journal.hpp"
#include "wire/frame.hpp"

#include <boost/asio/post.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::test {

/// A payload of the native protocol as a frame; ' stands for ".
inline std::string framed(std::string payload) {
  std::replace(payload.begin(), payload.end(), '\'', '"');
  return wire::frame(payload);
}

/// The messages in what was written to a peer: its type, or its kind, and what it is about.
inline std::vector<std::string> messages_in(std::string_view bytes) {
  std::vector<std::string> all;
  for (;;) {
    const wire::found_frame f = wire::find_frame(bytes, wire::native_payload_cap);
    if (f.status != wire::frame_status::frame) return all;
    const auto o = boost::json::parse(f.payload).as_object();
    std::string line(o.at("type").as_string());
    for (const char* field : {"kind", "id", "name", "text"})
      if (const auto* v = o.if_contains(field)) line += " " + std::string(v->as_string());
    all.push_back(std::move(line));
    bytes.remove_prefix(f.bytes);
  }
}

class session_world final : public net::session_keeper {
 public:
  explicit session_world(const limits& given = {}) {
    config.limits = given;
    reactor.start();
  }
  ~session_world() {
    while (!sessions.empty())
      sessions.begin()->second->cut_off({close_code::server_stopping, "the test is over"});
    reactor.stop();
    time.run();
  }

  std::shared_ptr<scripted_peer> connect(io_plan& plan) {
    auto p = scripted_peer::make(context, plan);
    net::session_keeper& keeper = *this;
    const boost::intrusive_ptr<net::session> s(
        new net::session(p->stream(), reactor, shared, keeper, "192.0.2.7:1", 1));
    sessions.emplace(s.get(), s);
    s->start();
    time.run();
    return p;
  }
  std::shared_ptr<scripted_peer> log_in(io_plan& plan, const std::string& name) {
    auto p = connect(plan);
    say(*p, "{'type':'hello','name':'" + name + "'}");
    p->take_written();
    return p;
  }
  void say(scripted_peer& p, std::string payload) {
    p.say(framed(std::move(payload)));
    time.run();
  }
  void ended(net::session& s) override {
    ++ends;
    sessions.erase(&s);
  }

  boost::asio::io_context context;
  testing::manual_time& time = testing::manual_time::of(context);
  scheduler later = [this](std::function<void()> task) {
    boost::asio::post(context, std::move(task));
  };
  server_config config;
  server_counters counters;
  memory_journal memory{later, 7, {}};
  failing_journal log{memory, later};
  asio_chat::hub hub{{log, time, config.limits, counters, later, "lobby"}};
  net::passphrase_authenticator authenticator{std::nullopt};
  net::protocol_set protocols;
  logger silence{{}};
  net::refusal_log refusals{silence, time, counters};
  std::shared_ptr<const tls::server_context> no_tls;
  net::session_context shared{config,  hub,      authenticator, protocols,
                              silence, counters, refusals,      no_tls};
  const limits& l = config.limits;
  net::reactor reactor{
      context.get_executor(),
      time,
      {l.handshake_time, l.login_time, l.idle_time, l.stall_time / 2, l.close_time},
      l.sleep_time};
  std::map<net::session*, boost::intrusive_ptr<net::session>> sessions;
  std::size_t ends = 0;
};

} // namespace asio_chat::test
