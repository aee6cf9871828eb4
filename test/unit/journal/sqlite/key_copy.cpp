#include "journal/sqlite/key_copy.hpp"

#include "journal/sqlite/key_ring.hpp"
#include "support/catch.hpp"
#include "support/temp_directory.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

using namespace asio_chat;
using namespace asio_chat::sqlite;

namespace {

namespace fs = std::filesystem;

constexpr passphrase_cost cheap{1, 8192};
constexpr std::string_view passphrase = "correct horse battery";

struct ring_world {
  std::string bytes_of(const std::string& name) const {
    std::ifstream in(directory / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void write(const std::string& name, const std::string& bytes) const {
    std::ofstream(directory / name, std::ios::binary) << bytes;
  }
  result<void> copy() {
    auto made = make_key_copy(
        directory / "copy", directory / "keys.db", [&] { return masters; }, passphrase, cheap);
    if (!made) return made.error();
    return made->publish();
  }
  result<void> place(std::string_view with = passphrase) {
    return place_key_copy(directory / "copy", with, directory / "placed", others);
  }
  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& file : fs::directory_iterator(directory / ""))
      found.push_back(file.path().filename());
    std::ranges::sort(found);
    return found;
  }

  test::temp_directory directory;
  std::vector<secret_key> masters{secret_key::random()};
  std::vector<secret_key> others{secret_key::random()};
  std::unique_ptr<key_ring> ring = key_ring::open(directory / "keys.db", masters).value();
};

bool has(const result<void>& done, std::string_view words) {
  return !done && done.error().message.find(words) != std::string::npos;
}

} // namespace

TEST_CASE("a copy of the keys becomes a ring under another master key", "[key_copy]") {
  ring_world w;
  const room_tag den = w.ring->tag_of("den"), nook = w.ring->tag_of("nook");
  const auto number = w.ring->newest(den).value();
  w.ring->newest(nook).value();
  w.ring->destroy(nook).value();
  const std::string sealed = w.ring->seal_text("hello", "x");
  w.copy().value(); // while the ring is open
  w.place().value();
  CHECK(w.names() == std::vector<std::string>{"copy", "keys.db", "placed"});

  CHECK_FALSE(key_ring::open_to_read(w.directory / "placed", w.masters).has_value());
  const auto placed = key_ring::open(w.directory / "placed", w.others).value();
  CHECK(placed->open_text(sealed, "x").value() == "hello");
  CHECK(placed->key(den, number).has_value());
  CHECK(placed->destroyed().value().contains(nook));
  // The ring itself is as before.
  w.ring.reset();
  CHECK(key_ring::open(w.directory / "keys.db", w.masters).has_value());
}

TEST_CASE("a copy of the keys does not open without its passphrase, or if a bit is another",
          "[key_copy]") {
  ring_world w;
  w.ring->newest(w.ring->tag_of("den")).value();
  w.copy().value();
  CHECK(has(w.place("correct horse batterx"), "does not open: the passphrase is another one"));
  const std::string good = w.bytes_of("copy");
  for (const std::size_t at : {std::size_t{3}, std::size_t{20}, std::size_t{34}, std::size_t{42},
                               std::size_t{60}, good.size() / 2, good.size() - 1}) {
    INFO("byte " << at);
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 4);
    w.write("copy", bad);
    CHECK(has(w.place(), "the copy of the keys '"));
    CHECK_FALSE(fs::exists(w.directory / "placed"));
  }
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{10}, std::size_t{40}, std::size_t{90}, good.size() - 1}) {
    INFO(size << " bytes");
    w.write("copy", good.substr(0, size));
    CHECK(has(w.place(), "the copy of the keys '"));
  }
  CHECK(w.names() == std::vector<std::string>{"copy", "keys.db"});
}

TEST_CASE("a copy of the keys that asks for more memory than there may be is refused at once",
          "[key_copy]") {
  ring_world w;
  w.copy().value();
  std::string greedy = w.bytes_of("copy");
  constexpr std::size_t of_memory = 17 + 16 + 8;
  greedy[of_memory + 5] = 1; // a TiB
  w.write("copy", greedy);
  CHECK(has(w.place(), "is damaged"));
}

TEST_CASE("a copy of the keys overwrites nothing", "[key_copy]") {
  ring_world w;
  w.write("copy", "mine");
  CHECK(has(w.copy(), "is there already and is not overwritten"));
  CHECK(w.bytes_of("copy") == "mine");
  fs::remove(w.directory / "copy");
  w.copy().value();
  w.write("placed", "mine");
  CHECK(has(w.place(), "is there already and is not overwritten"));
  CHECK(w.bytes_of("placed") == "mine");
}
