#include "make_protocol.hpp"

#include "irc_protocol.hpp"
#include "mqtt_protocol.hpp"
#include "native_2_protocol.hpp"
#include "native_protocol.hpp"
#include "nats_protocol.hpp"
#include "redis_protocol.hpp"
#include "text_protocol.hpp"

#include <algorithm>
#include <iterator>

namespace asio_chat::bench {

std::unique_ptr<protocol> make_protocol(speech kind) {
  switch (kind) {
  case speech::text:
    break;
  case speech::native:
    return std::make_unique<native_protocol>();
  case speech::native_2:
    return std::make_unique<native_2_protocol>();
  case speech::irc:
    return std::make_unique<irc_protocol>();
  case speech::mqtt:
    return std::make_unique<mqtt_protocol>();
  case speech::nats:
    return std::make_unique<nats_protocol>();
  case speech::redis:
    return std::make_unique<redis_protocol>();
  }
  return std::make_unique<text_protocol>();
}

const std::map<std::string, speech>& speeches() {
  static const std::map<std::string, speech> all{
      {"text", speech::text},  {"native", speech::native}, {"native-2", speech::native_2},
      {"irc", speech::irc},    {"mqtt", speech::mqtt},     {"nats", speech::nats},
      {"redis", speech::redis}};
  return all;
}

const std::string& name_of(speech kind) {
  return std::ranges::find(speeches(), kind, [](auto& one) { return one.second; })->first;
}

} // namespace asio_chat::bench
