// The native protocol: what can be read can be written, and reads the same again; what cannot is
// refused with a sentence that fits a frame.

#include "base/sanitize.hpp"
#include "fuzz/require.hpp"
#include "unit/wire/payloads.hpp"
#include "wire/native_codec.hpp"

#include <string>

using namespace asio_chat;
using test::require;
namespace native = wire::native;

namespace {

std::string write(const native::request& r) {
  return native::encode(r);
}

std::string write(const native::message& m) {
  return std::visit([](const auto& v) { return native::encode(v); }, m);
}

template <class T>
void check(const native::decoded<T>& first, native::decoded<T> (*parse)(std::string_view)) {
  if (const auto* bad = std::get_if<native::bad_message>(&first)) {
    require(bad->ref.size() <= native::id_bytes, "a ref is short");
    require(bad->why.message.size() < 300, "a refusal is short");
    require(is_sanitized(bad->why.message), "and harmless");
    const refused answer{bad->ref, errc::protocol_error, bad->why.message};
    require(test::payloads_of(native::encode(event(answer))).size() == 1, "and fits a frame");
    return;
  }
  const T& value = std::get<T>(first);
  const std::string once = write(value);
  const auto again = parse(std::string_view(once).substr(wire::header_bytes));
  require(again.index() == 0, "what was written can be read");
  require(std::get<T>(again).index() == value.index(), "as what it was");
  require(write(std::get<T>(again)) == once, "and says the same");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view payload = test::as_text(data, size);
  if (payload.size() > wire::native_payload_cap) return 0;
  check(native::parse_request(payload), native::parse_request);
  check(native::parse_message(payload), native::parse_message);
  return 0;
}
