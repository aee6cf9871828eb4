// The header of the PROXY protocol, version 2, as a proxy writes it and as nobody should.
#include "net/proxy_header.hpp"

#include "support/catch.hpp"

#include <cstdint>
#include <random>
#include <string>

using namespace asio_chat;
using namespace std::string_literals;
using net::proxy_header;
using net::read_proxy_header;
using state = net::proxy_header::state;

namespace {

const std::string signature = "\r\n\r\n\0\r\nQUIT\n"s;
constexpr unsigned tcp_4 = 0x11, tcp_6 = 0x21, unix_stream = 0x31, no_kind = 0x00;
constexpr unsigned of_proxy = 0x20, of_client = 0x21;

std::string header(unsigned version_and_command, unsigned kind, const std::string& rest) {
  return signature + static_cast<char>(version_and_command) + static_cast<char>(kind) +
         static_cast<char>(rest.size() >> 8) + static_cast<char>(rest.size() & 0xFF) + rest;
}

/// 192.0.2.7:40000 to 10.0.0.1:8443.
const std::string v4_addresses = "\xC0\x00\x02\x07\x0A\x00\x00\x01\x9C\x40\x20\xFB"s;
/// [2001:db8::7]:40000 to [::1]:8443.
const std::string v6_addresses = "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07"s +
                                 "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01"s + "\x9C\x40\x20\xFB"s;
/// PP2_TYPE_AUTHORITY with a name, and PP2_TYPE_NOOP.
const std::string extensions = "\x02\x00\x04host\x04\x00\x00"s;

std::string text_of(const proxy_header& h) {
  if (!h.client) return "none";
  return h.client->address().to_string() + " " + std::to_string(h.client->port());
}

std::string client_in(const std::string& bytes) {
  const proxy_header h = read_proxy_header(bytes);
  if (h.is == state::broken) return "broken: " + h.why;
  if (h.is == state::incomplete) return "incomplete";
  CHECK(h.bytes == bytes.size());
  return text_of(h);
}

} // namespace

TEST_CASE("PROXY: TCP over IPv4 and IPv6 say where the client is") {
  CHECK(client_in(header(of_client, tcp_4, v4_addresses)) == "192.0.2.7 40000");
  CHECK(client_in(header(of_client, tcp_6, v6_addresses)) == "2001:db8::7 40000");
}

TEST_CASE("PROXY: an IPv4 client that is written as one of IPv6 is the same client") {
  const std::string mapped = std::string(10, '\0') + "\xFF\xFF\xC0\x00\x02\x07"s;
  CHECK(client_in(header(of_client, tcp_6, mapped + mapped + "\x9C\x40\x20\xFB"s)) ==
        "192.0.2.7 40000");
}

TEST_CASE(
    "PROXY: a proxy's own connection, a Unix socket and unknown addresses tell of no client") {
  CHECK(client_in(header(of_proxy, no_kind, "")) == "none");
  CHECK(client_in(header(of_proxy, tcp_4, v4_addresses)) == "none");
  CHECK(client_in(header(of_proxy, 0xFF, "whatever")) == "none");
  CHECK(client_in(header(of_client, no_kind, "")) == "none");
  CHECK(client_in(header(of_client, no_kind, "whatever")) == "none");
  CHECK(client_in(header(of_client, unix_stream, std::string(216, 'u'))) == "none");
}

TEST_CASE("PROXY: extensions are skipped, and what comes behind the header is not looked at") {
  CHECK(client_in(header(of_client, tcp_4, v4_addresses + extensions)) == "192.0.2.7 40000");
  CHECK(client_in(header(of_client, tcp_6, v6_addresses + std::string(1500, 'x'))) ==
        "2001:db8::7 40000");
  const std::string whole = header(of_client, tcp_4, v4_addresses);
  const proxy_header h = read_proxy_header(whole + "\x16\x03\x01 the ClientHello");
  CHECK(h.is == state::complete);
  CHECK(h.bytes == whole.size());
}

TEST_CASE("PROXY: each beginning of a header is incomplete, and says how much to read") {
  for (const std::string& whole :
       {header(of_client, tcp_4, v4_addresses + extensions), header(of_client, tcp_6, v6_addresses),
        header(of_client, unix_stream, std::string(216, 'u'))}) {
    for (std::size_t n = 0; n < whole.size(); ++n) {
      const proxy_header h = read_proxy_header(whole.substr(0, n));
      CAPTURE(n);
      CHECK(h.is == state::incomplete);
      CHECK(h.bytes == (n < proxy_header::fixed_bytes ? proxy_header::fixed_bytes : whole.size()));
    }
  }
}

TEST_CASE("PROXY: a signature that is wrong in one byte is none, as soon as that byte has come") {
  const std::string good = header(of_client, tcp_4, v4_addresses);
  for (std::size_t i = 0; i < signature.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x20);
    CAPTURE(i);
    CHECK(read_proxy_header(bad.substr(0, i + 1)).is == state::broken);
    CHECK(read_proxy_header(bad.substr(0, i)).is == state::incomplete);
  }
  CHECK(client_in("\x16\x03\x01\x02") == "broken: it did not begin with a PROXY header");
  CHECK(client_in("GET / HTTP/1.1\r\n") == "broken: it did not begin with a PROXY header");
  CHECK(client_in("PROXY TCP4 192.0.2.7 10.0.0.1 40000 8443\r\n") ==
        "broken: the PROXY header is of version 1, let the proxy send version 2");
}

TEST_CASE("PROXY: each version but 2, each unknown command and kind is broken") {
  for (unsigned version = 0; version < 16; ++version) {
    CAPTURE(version);
    const auto h = read_proxy_header(header(version << 4 | 1, tcp_4, v4_addresses));
    CHECK((h.is == state::complete) == (version == 2));
  }
  for (unsigned command = 0; command < 16; ++command) {
    CAPTURE(command);
    const auto h = read_proxy_header(header(0x20 | command, tcp_4, v4_addresses));
    CHECK((h.is == state::complete) == (command <= 1));
  }
  const std::string long_enough(216, 'a');
  for (unsigned kind = 0; kind < 256; ++kind) {
    CAPTURE(kind);
    const auto h = read_proxy_header(header(of_client, kind, long_enough));
    const bool stream = (kind & 0xF) == 1 && kind >> 4 <= 3;
    CHECK((h.is == state::complete) == (stream || kind == 0));
    CHECK(h.client.has_value() == (kind == tcp_4 || kind == tcp_6));
  }
}

TEST_CASE("PROXY: a length that is too short for its addresses, or too long, is broken at once") {
  for (std::size_t n = 0; n < 12; ++n)
    CHECK(client_in(header(of_client, tcp_4, v4_addresses.substr(0, n))).starts_with("broken"));
  for (std::size_t n = 0; n < 36; ++n)
    CHECK(client_in(header(of_client, tcp_6, v6_addresses.substr(0, n))).starts_with("broken"));
  for (std::size_t n = 0; n < 216; ++n)
    CHECK(client_in(header(of_client, unix_stream, std::string(n, 'u'))).starts_with("broken"));
  const std::string fits(proxy_header::max_bytes - proxy_header::fixed_bytes, 'x');
  CHECK(client_in(header(of_proxy, no_kind, fits)) == "none");
  // Broken by the fixed bytes alone: nothing of it is waited for.
  const std::string too_long = header(of_proxy, no_kind, fits + "x");
  CHECK(read_proxy_header(too_long.substr(0, proxy_header::fixed_bytes)).is == state::broken);
}

TEST_CASE("PROXY: whatever comes, nothing but what is there is read") {
  std::mt19937 random(20261130);
  const auto byte = [&] { return static_cast<char>(random() & 0xFF); };
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes =
        i % 2 == 0 ? header(of_client, tcp_4, v4_addresses + extensions) : signature;
    for (std::size_t n = random() % 4; n > 0; --n)
      bytes[random() % bytes.size()] = byte();
    for (std::size_t n = random() % 64; n > 0; --n)
      bytes += byte();
    bytes.resize(random() % (bytes.size() + 1));
    bytes.shrink_to_fit(); // so that a sanitizer sees each byte too many
    const proxy_header h = read_proxy_header(bytes);
    if (h.is == state::complete) CHECK(h.bytes <= bytes.size());
    if (h.is == state::incomplete) CHECK(h.bytes > bytes.size());
    CHECK((h.is == state::broken) == !h.why.empty());
  }
}
