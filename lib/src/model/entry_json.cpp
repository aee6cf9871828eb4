#include "model/entry_json.hpp"

#include "base/sanitize.hpp"
#include "model/references.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <string_view>

namespace asio_chat {

namespace {

std::string_view word_of(entry_kind k) {
  switch (k) {
  case entry_kind::message:
  case entry_kind::destroyed:
    return "message";
  case entry_kind::action:
    return "action";
  case entry_kind::topic:
    return "topic";
  }
  return "";
}

} // namespace

std::string iso_time(wall_time t) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(t);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", seconds, (t - seconds).count());
}

boost::json::object object_of(const entry& e) {
  boost::json::object o{{"position", {{"epoch", e.at.epoch}, {"offset", e.at.offset}}},
                        {"time", iso_time(e.time)},
                        {"from", e.from},
                        {"kind", word_of(e.kind)},
                        {"text", e.text}};
  if (e.kind == entry_kind::destroyed) o["destroyed"] = true;
  if (e.refers.how != entry_reference::kind::none)
    o["refers"] = {{"how", name_of(e.refers.how)}, {"offset", e.refers.offset}};
  return o;
}

std::string as_line(const boost::json::object& o) {
  return sanitize_json_for_terminal(boost::json::serialize(o));
}

} // namespace asio_chat
