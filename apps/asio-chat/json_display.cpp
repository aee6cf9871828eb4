#include "json_display.hpp"

#include "base/sanitize.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

namespace asio_chat::app {

namespace {

namespace json = boost::json;

/// `sanitize` has replaced control characters. This escapes other characters that control a
/// display, although JSON does not demand it.
std::string line_of(const json::object& o) {
  return sanitize_json_for_terminal(json::serialize(o));
}

std::string valid(std::string_view text) {
  return sanitize(text);
}

json::array strings(const std::vector<std::string>& values) {
  json::array a;
  for (const std::string& v : values)
    a.emplace_back(valid(v));
  return a;
}

std::string iso(wall_time t) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(t);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)),
                     (t - seconds).count());
}

std::string name_of_error(const error_code& code) {
  return code.category() == chat_category() ? std::string(name_of(static_cast<errc>(code.value())))
                                            : valid(code.message());
}

json::object place(const position& p) {
  return {{"epoch", p.epoch}, {"offset", p.offset}};
}

struct object_of {
  json::object operator()(const entry& e) const {
    constexpr const char* kinds[] = {"message", "action", "topic"};
    json::object o{{"event", kinds[static_cast<std::size_t>(e.kind)]},
                   {"room", valid(e.room)},
                   {"from", valid(e.from)},
                   {"text", valid(e.text)},
                   {"time", iso(e.time)},
                   {"position", place(e.at)}};
    if (!e.address.empty()) o["address"] = valid(e.address);
    return o;
  }
  json::object operator()(const member_joined& m) const {
    return {{"event", "joined"}, {"room", valid(m.room)}, {"name", valid(m.name)}};
  }
  json::object operator()(const member_left& m) const {
    return {{"event", "left"}, {"room", valid(m.room)}, {"name", valid(m.name)}};
  }
  json::object operator()(const member_renamed& m) const {
    return {{"event", "renamed"},
            {"room", valid(m.room)},
            {"from", valid(m.from)},
            {"to", valid(m.to)}};
  }
  json::object operator()(const direct_message& m) const {
    return {{"event", "private"},
            {"from", valid(m.from)},
            {"to", valid(m.to)},
            {"text", valid(m.text)},
            {"time", iso(m.time)}};
  }
  json::object operator()(const acknowledged& a) const {
    return {{"event", "acknowledged"},
            {"room", valid(a.room)},
            {"time", iso(a.time)},
            {"position", place(a.at)}};
  }
  json::object operator()(const reply& r) const {
    return {{"event", "reply"},
            {"command", valid(r.command)},
            {"lines", strings(r.lines)},
            {"items", strings(r.items)}};
  }
  json::object operator()(const refused& r) const {
    return {{"event", "error"}, {"code", name_of(r.code)}, {"message", valid(r.message)}};
  }
  json::object operator()(const room_state& s) const {
    return {{"event", "room"},
            {"room", valid(s.room)},
            {"topic", valid(s.topic)},
            {"members", strings(s.members)},
            {"position", place(s.head)}};
  }
  json::object operator()(const entries_missed& m) const {
    return {{"event", "gap"},
            {"room", valid(m.room)},
            {"after", place(m.after)},
            {"next", place(m.next)}};
  }
  json::object operator()(const history_page& p) const {
    json::array entries;
    for (const entry& e : p.entries)
      entries.emplace_back((*this)(e));
    json::object o{{"event", "history"}, {"room", valid(p.room)}, {"entries", std::move(entries)}};
    if (p.gap) o["gap"] = *p.gap;
    return o;
  }
  json::object operator()(const connected& c) const {
    return {{"event", "connected"},
            {"name", valid(c.name)},
            {"again", c.again},
            {"tls", c.tls.version},
            {"cipher", c.tls.cipher_suite},
            {"verified_by", c.tls.verified_by},
            {"commands", strings(c.commands)}};
  }
  json::object operator()(const disconnected& d) const {
    json::object o{{"event", "disconnected"},
                   {"code", static_cast<std::uint16_t>(d.reason.code)},
                   {"reason", valid(d.reason.phrase)}};
    if (d.retry_in) o["retry_ms"] = d.retry_in->count();
    if (d.attempt) o["attempt"] = name_of_error(d.attempt);
    return o;
  }
};

} // namespace

std::vector<shown_line> json_display::show(const client_event& e, std::string_view) {
  return {{shown_line::kind::chat, line_of(std::visit(object_of{}, e))}};
}

std::string json_error(const error_code& code, std::string_view message) {
  return line_of({{"event", "error"}, {"code", name_of_error(code)}, {"message", valid(message)}});
}

} // namespace asio_chat::app
