#include "totp/qr_lines.hpp"

#include "support/catch.hpp"

#include <string>
#include <vector>

using namespace asio_chat;

namespace {

/// The dark squares of what is drawn, a row for each line of squares.
std::vector<std::vector<bool>> squares_of(const std::vector<std::string>& lines) {
  std::vector<std::vector<bool>> rows;
  for (const std::string& line : lines) {
    std::vector<bool> upper, lower;
    for (std::size_t i = 0; i < line.size();) {
      const std::string_view rest = std::string_view(line).substr(i);
      const bool blank = rest.starts_with(" ");
      upper.push_back(blank || rest.starts_with("\u2584"));
      lower.push_back(blank || rest.starts_with("\u2580"));
      i += blank ? 1 : 3;
    }
    rows.push_back(upper);
    rows.push_back(lower);
  }
  return rows;
}

/// ISO/IEC 18004, 6.3.3: a dark square of 7 around a light one around a dark one of 3.
bool has_finder_at(const std::vector<std::vector<bool>>& rows, std::size_t x, std::size_t y) {
  for (std::size_t i = 0; i < 7; ++i)
    for (std::size_t j = 0; j < 7; ++j) {
      const bool border = i == 0 || j == 0 || i == 6 || j == 6;
      const bool middle = i >= 2 && i <= 4 && j >= 2 && j <= 4;
      if (rows[y + i][x + j] != (border || middle)) return false;
    }
  return true;
}

} // namespace

TEST_CASE("C45: a QR code has its three corners, and a light margin of four squares") {
  const auto lines = totp::qr_lines("otpauth://totp/asio-chat:alice?secret=GEZDGNBVGY3TQOJQ");
  const auto rows = squares_of(lines);
  const std::size_t width = rows.front().size();
  for (const auto& row : rows)
    REQUIRE(row.size() == width);
  const std::size_t modules = width - 8;
  CHECK(modules % 4 == 1); // 17 and four for each version
  REQUIRE(rows.size() >= width);
  CHECK(has_finder_at(rows, 4, 4));
  CHECK(has_finder_at(rows, 4 + modules - 7, 4));
  CHECK(has_finder_at(rows, 4, 4 + modules - 7));
  CHECK_FALSE(has_finder_at(rows, 4 + modules - 7, 4 + modules - 7));
  for (std::size_t i = 0; i < width; ++i)
    for (std::size_t edge = 0; edge < 4; ++edge) {
      CHECK_FALSE(rows[edge][i]);
      CHECK_FALSE(rows[width - 1 - edge][i]);
      CHECK_FALSE(rows[i][edge]);
      CHECK_FALSE(rows[i][width - 1 - edge]);
    }
  CHECK(totp::qr_lines("another text than that") != lines);
}

TEST_CASE("C45: what is too long for a QR code has none") {
  CHECK(totp::qr_lines(std::string(10'000, 'x')).empty());
}
