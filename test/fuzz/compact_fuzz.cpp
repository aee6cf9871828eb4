// asio-chat/2, both directions: what a client sends and what a server sends, frame by frame of one
// connection. What can be read is written so that it is read the same again; what cannot is refused
// by a short sentence.

#include "base/sanitize.hpp"
#include "fuzz/require.hpp"
#include "unit/wire/payloads.hpp"
#include "wire/compact_codec.hpp"

#include <string>
#include <variant>

using namespace asio_chat;
using test::require;
namespace native = wire::native;
namespace compact = wire::compact;

namespace {

void check(const native::bad_message& bad) {
  require(bad.ref.size() <= native::id_bytes, "a ref is short");
  require(bad.why.message.size() < 300, "a refusal is short");
  require(is_sanitized(bad.why.message), "and harmless");
}

std::string write(const native::message& m, const compact::id_counter& ids) {
  if (const auto* e = std::get_if<event>(&m)) return compact::encode(*e, ids);
  if (const auto* w = std::get_if<native::welcome>(&m)) return compact::encode(*w);
  if (const auto* p = std::get_if<native::pong>(&m)) return compact::encode(*p);
  return compact::encode(std::get<native::goodbye>(m));
}

void check_request(std::string_view payload, compact::id_counter& ids) {
  const auto first = compact::parse_request(payload, ids);
  if (const auto* bad = std::get_if<native::bad_message>(&first)) return check(*bad);
  const std::string once = compact::encode(std::get<native::request>(first), ids);
  const auto again = compact::parse_request(std::string_view(once).substr(wire::header_bytes), ids);
  require(again.index() == 0, "what was written can be read");
  require(compact::encode(std::get<native::request>(again), ids) == once, "and says the same");
}

void check_messages(std::string_view payload, compact::client_memory& memory) {
  const auto first = compact::parse_messages(payload, memory);
  if (const auto* bad = std::get_if<native::bad_message>(&first)) return check(*bad);
  for (const native::message& m : std::get<std::vector<native::message>>(first)) {
    const std::string once = write(m, memory.ids);
    std::string again;
    compact::client_memory other{memory.ids, {}};
    for (const std::string& one : test::payloads_of(once)) {
      const auto read = compact::parse_messages(one, other);
      require(read.index() == 0, "what was written can be read");
      for (const native::message& same : std::get<std::vector<native::message>>(read))
        again += write(same, memory.ids);
    }
    require(again == once, "and says the same");
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest = test::as_text(data, size);
  compact::id_counter ids("c0ffee");
  compact::client_memory memory{ids, {}};
  for (;;) {
    const wire::found_frame f = wire::find_frame(rest, wire::native_payload_cap);
    if (f.status != wire::frame_status::frame) return 0;
    check_request(f.payload, ids);
    check_messages(f.payload, memory);
    rest.remove_prefix(f.bytes);
  }
}
