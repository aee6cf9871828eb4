// Takes encoded frames apart.
#pragma once

#include "wire/frame.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::test {

/// Returns the payloads of whole frames.
/// @throws std::runtime_error if one is longer than `cap`, or the last is not complete
inline std::vector<std::string> payloads_of(std::string_view frames,
                                            std::size_t cap = wire::native_payload_cap) {
  wire::frame_reader reader(cap);
  std::vector<std::string> all;
  for (;;) {
    std::string_view payload;
    switch (reader.next(payload)) {
    case wire::frame_reader::status::frame:
      all.emplace_back(payload);
      continue;
    case wire::frame_reader::status::too_large:
      throw std::runtime_error("a frame of " + std::to_string(reader.announced()) + " bytes");
    case wire::frame_reader::status::need_more:
      break;
    }
    if (frames.empty()) break;
    const auto room = reader.prepare();
    const std::size_t n = std::min(room.size(), frames.size());
    std::memcpy(room.data(), frames.data(), n);
    reader.commit(n);
    frames.remove_prefix(n);
  }
  if (reader.pending() > 0) throw std::runtime_error("the last frame is not complete");
  return all;
}

} // namespace asio_chat::test
