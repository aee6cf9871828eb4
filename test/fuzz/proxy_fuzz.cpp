// The header of the PROXY protocol: whatever comes, in whatever parts, is read to the same end, and
// never beyond its own bytes.
// Input: what the peer sends.

#include "fuzz/require.hpp"
#include "net/proxy_header.hpp"

#include <algorithm>
#include <string>

using namespace asio_chat;
using net::proxy_header;
using net::read_proxy_header;
using state = net::proxy_header::state;
using test::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = test::as_text(data, size);
  const proxy_header whole = read_proxy_header(bytes);
  require(whole.bytes <= proxy_header::max_bytes, "no more is waited for than a proxy writes");
  require(whole.why.empty() == (whole.is != state::broken), "what is broken says why");
  require(whole.is == state::complete || !whole.client, "a client is told by a whole header");

  // As it comes over the wire: no more is asked for than is missing.
  std::size_t received = 0;
  proxy_header h;
  while (h.is == state::incomplete && received < bytes.size()) {
    require(h.bytes > received, "what is incomplete lacks something");
    received = std::min(h.bytes, bytes.size());
    h = read_proxy_header(bytes.substr(0, received));
  }
  require(h.is == whole.is && h.client == whole.client, "the parts do not matter");

  if (whole.is != state::complete) return 0;
  require(whole.bytes >= proxy_header::fixed_bytes && whole.bytes <= bytes.size(),
          "all of it is there");
  const std::string behind = std::string(bytes.substr(0, whole.bytes)) + "\x16\x03\x01";
  const proxy_header same = read_proxy_header(behind);
  require(same.is == state::complete && same.bytes == whole.bytes && same.client == whole.client,
          "what comes behind it is not looked at");
  require(read_proxy_header(bytes.substr(0, whole.bytes - 1)).is == state::incomplete,
          "a byte less is too few");
  return 0;
}
