#include "accounts/drawn_secrets.hpp"

#include "support/catch.hpp"

#include <deque>
#include <set>

using namespace asio_chat;

namespace {

/// Gives out what it is given.
class scripted_source final : public secret_source {
 public:
  explicit scripted_source(std::deque<std::uint8_t> bytes)
      : bytes_(std::move(bytes)) {}
  void fill(std::span<std::uint8_t> bytes) override {
    for (std::uint8_t& b : bytes) {
      b = bytes_.front();
      bytes_.pop_front();
    }
  }
  identity hash_of(std::string_view) const override { return {}; }
  std::size_t left() const { return bytes_.size(); }

 private:
  std::deque<std::uint8_t> bytes_;
};

} // namespace

TEST_CASE("a code has six digits, and what would make some likelier is drawn again") {
  scripted_source few({0, 0, 7});
  CHECK(draw_code(few) == "000007");
  scripted_source most({0xF4, 0x23, 0xFF}); // 15'999'999
  CHECK(draw_code(most) == "999999");
  scripted_source beyond({0xF4, 0x24, 0x00, 0xFF, 0xFF, 0xFF, 0, 0, 1});
  CHECK(draw_code(beyond) == "000001");
  CHECK(beyond.left() == 0);
}

TEST_CASE("an app password has groups of letters that nobody takes for others") {
  std::deque<std::uint8_t> bytes;
  for (int i = 0; i < 28; ++i)
    bytes.push_back(static_cast<std::uint8_t>(i * 9));
  scripted_source from(std::move(bytes));
  const std::string secret = draw_app_password(from);
  CHECK(secret.size() == 34);
  CHECK(secret.find_first_of("lo01") == std::string::npos);
  for (std::size_t i = 4; i < secret.size(); i += 5)
    CHECK(secret[i] == '-');
  std::set<std::string> all;
  for (int i = 0; i < 32; ++i) {
    scripted_source one(std::deque<std::uint8_t>(28, static_cast<std::uint8_t>(i)));
    all.insert(draw_app_password(one));
  }
  CHECK(all.size() == 32); // five bits of each byte
}
