// docs/protocol.md says what the code does: the tests look for the numbers and words of the code
// there.

#include "domain/command_table.hpp"
#include "support/catch.hpp"
#include "unit/base/source_file.hpp"
#include "unit/wire/native_samples.hpp"
#include "unit/wire/payloads.hpp"
#include "wire/compact_codec.hpp"
#include "wire/text_codec.hpp"

#include <asio_chat/limits.hpp>
#include <asio_chat/tls_config.hpp>

#include <boost/algorithm/hex.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include <sstream>

using namespace asio_chat;

namespace {

const std::string& document() {
  static const std::string text = test::source_file("docs/protocol.md");
  return text;
}

bool has(std::string_view part) {
  return document().find(part) != std::string::npos;
}

} // namespace

TEST_CASE("docs/protocol.md names every error that the native protocol sends") {
  for (const auto& [name, value] : test::enumerators_of("lib/include/asio_chat/errc.hpp", "errc")) {
    if (value >= 100) continue; // errors of certificates, connections and settings are never sent
    INFO(name);
    CHECK(has("| `" + name + "` |"));
  }
}

TEST_CASE("docs/protocol.md has every close code, its name, and whether to come back") {
  const auto codes = test::enumerators_of("lib/include/asio_chat/close_reason.hpp", "close_code");
  REQUIRE(codes.size() >= 11);
  for (const auto& [name, value] : codes) {
    const bool back = close_reason{static_cast<close_code>(value), ""}.reconnect();
    const std::string row = fmt::format("| {} | `{}` | {} |", value, name, back ? "yes" : "no");
    INFO(row);
    CHECK(has(row));
  }
}

TEST_CASE("docs/protocol.md has every type and every field of the native protocol") {
  const auto check_fields = [](const std::string& frames) {
    const auto payload = test::payloads_of(frames).front();
    const auto message = boost::json::parse(payload).as_object();
    INFO(payload);
    CHECK(has("### `" + std::string(message.at("type").as_string()) + "`"));
    for (const auto& field : message)
      CHECK(has("`" + std::string(field.key()) + "`"));
  };
  for (const auto& [name, sample] : test::request_samples())
    check_fields(wire::native::encode(sample));
  for (const auto& [name, sample] : test::message_samples())
    check_fields(test::encode(sample));
}

TEST_CASE("docs/protocol.md lists every command of the table") {
  for (const command_row& row : command_table()) {
    INFO(row.name);
    CHECK(has(fmt::format("| `{}` |", usage_of(describe(row)))));
  }
}

TEST_CASE("docs/protocol.md has the caps, the limits and the words of the handshake") {
  const limits l;
  CHECK(has(fmt::format("{} bytes", wire::text_payload_cap)));
  CHECK(has(fmt::format("{} bytes", wire::native_payload_cap)));
  CHECK(has(fmt::format("| text of a message | {} bytes |", l.text_bytes)));
  CHECK(has(fmt::format("| name of a member | {} characters |", l.name_characters)));
  CHECK(has(fmt::format("| name of a room | {} characters |", l.room_characters)));
  CHECK(has(fmt::format("| topic of a room | {} bytes |", l.topic_bytes)));
  CHECK(has(fmt::format("| rooms of a member | {} |", l.rooms_per_member)));
  CHECK(has(fmt::format("| `ref` and `id` | {} bytes |", wire::native::id_bytes)));
  CHECK(has(fmt::format("rooms of up to {} members", l.presence_members)));
  const auto seconds = [](std::chrono::milliseconds ms) { return ms.count() / 1000; };
  CHECK(has(fmt::format("| TLS handshake | {} s |", seconds(l.handshake_time))));
  CHECK(has(fmt::format("| login | {} s |", seconds(l.login_time))));
  CHECK(has(fmt::format("| silence | {} s |", seconds(l.idle_time))));
  CHECK(has(native_alpn));
  CHECK(has(compact_alpn));
  CHECK(wire::compact::alpn == compact_alpn);
  CHECK(has(fmt::format("`{}`", wire::text::passphrase_right)));
  CHECK(has(fmt::format("`{}`", wire::text::passphrase_wrong)));
}

TEST_CASE("the lengths in the transcript of docs/protocol.md are those of its payloads") {
  std::istringstream lines(document());
  int frames = 0;
  for (std::string line; std::getline(lines, line);) {
    const bool travels = line.find("->") != line.npos || line.find("<-") != line.npos;
    const std::size_t at = line.find("00 00 00 ");
    if (!travels || at == line.npos) continue;
    const std::size_t said = at + std::size("00 00 00 00 ") - 1;
    const std::string payload = line.substr(said, line.find("  ", said) - said);
    std::string header = line.substr(at, said - at);
    std::erase(header, ' ');
    INFO(line);
    CHECK(boost::algorithm::unhex(header) + payload == wire::frame(payload));
    ++frames;
  }
  CHECK(frames == 8);
}

TEST_CASE("docs/protocol.md quotes the client of the text protocol as it is") {
  CHECK(has("```python\n" + test::source_file("docs/protocol/text_client.py") + "```\n"));
}
