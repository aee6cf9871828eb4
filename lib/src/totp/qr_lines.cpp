#include "totp/qr_lines.hpp"

#include <qrencode.h>

#include <memory>

namespace asio_chat::totp {

std::vector<std::string> qr_lines(std::string_view text) {
  constexpr int margin = 4; // ISO/IEC 18004 wants so many
  const std::unique_ptr<QRcode, void (*)(QRcode*)> code(
      ::QRcode_encodeString8bit(std::string(text).c_str(), 0, QR_ECLEVEL_L), ::QRcode_free);
  if (!code) return {};
  const auto is_light = [&](int x, int y) {
    if (x < 0 || y < 0 || x >= code->width || y >= code->width) return true;
    return (code->data[y * code->width + x] & 1) == 0;
  };
  std::vector<std::string> lines;
  for (int y = -margin; y < code->width + margin; y += 2) {
    std::string line;
    for (int x = -margin; x < code->width + margin; ++x) {
      const bool upper = is_light(x, y);
      const bool lower = is_light(x, y + 1);
      line += upper ? lower ? "\u2588" : "\u2580" : lower ? "\u2584" : " ";
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

} // namespace asio_chat::totp
