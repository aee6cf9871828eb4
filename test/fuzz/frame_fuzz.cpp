// Frames: however the bytes are split, the same payloads come out, and memory stays bounded.
// Input: a byte for the cap, a byte for the size of the parts, then what the peer sends.

#include "fuzz/require.hpp"
#include "wire/frame.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

using namespace asio_chat;
using test::require;
using wire::frame_reader;

namespace {

struct reading {
  std::vector<std::string> payloads;
  frame_reader::status end = frame_reader::status::need_more;
  std::size_t rest = 0;
  friend bool operator==(const reading&, const reading&) = default;
};

/// Reads in parts of `part` bytes at most, or of whatever the reader has room for.
reading read(std::string_view bytes, std::size_t cap, std::size_t part) {
  reading r;
  frame_reader reader(cap);
  std::size_t received = 0;
  while (!bytes.empty() && r.end == frame_reader::status::need_more) {
    const auto room = reader.prepare();
    require(!room.empty(), "there is room to read into");
    require(reader.pending() + room.size() <= 8 * received + 1024,
            "the buffer grows with what was received");
    const std::size_t n = std::min({room.size(), part, bytes.size()});
    std::memcpy(room.data(), bytes.data(), n);
    reader.commit(n);
    received += n;
    bytes.remove_prefix(n);
    std::string_view payload;
    while ((r.end = reader.next(payload)) == frame_reader::status::frame) {
      require(payload.size() <= cap, "no payload is longer than the cap");
      r.payloads.emplace_back(payload);
    }
    if (r.end == frame_reader::status::too_large) {
      require(reader.announced() > cap, "what is too large was announced");
    }
  }
  if (r.end == frame_reader::status::need_more) r.rest = reader.pending();
  return r;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  static constexpr std::size_t caps[] = {0, 1, 16, 255, 8192, 65536};
  const std::size_t cap = caps[data[0] % std::size(caps)];
  const std::size_t part = data[1] + std::size_t{1};
  const std::string_view bytes = test::as_text(data + 2, size - 2);

  const reading whole = read(bytes, cap, bytes.size());
  require(read(bytes, cap, part) == whole, "the split does not matter");
  require(read(bytes, cap, 1) == whole, "not even byte by byte");

  std::string again;
  for (const std::string& payload : whole.payloads)
    wire::append_frame(again, payload);
  require(bytes.starts_with(again), "the frames are the bytes that came");
  if (whole.end == frame_reader::status::need_more) {
    require(again.size() + whole.rest == bytes.size(), "and every byte is accounted for");
  }
  return 0;
}
