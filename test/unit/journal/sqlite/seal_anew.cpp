// Records from before texts had keys of their own, of which one is destroyed all the same.
#include "journal/sqlite/seal_anew.hpp"

#include "journal/sqlite/erase_texts.hpp"
#include "journal/sqlite/verify.hpp"
#include "unit/journal/sqlite/golden_directory.hpp"

#include <filesystem>

using namespace asio_chat;
using namespace asio_chat::sqlite;

namespace {

namespace fs = std::filesystem;

const std::string gone(destroyed_text);

} // namespace

TEST_CASE("a text from before texts had keys of their own is destroyed as well") {
  test::golden_directory d(5);
  const std::string directory = d.directory.string();
  const auto page_of = [&] {
    reader r(d.options.file, *d.keys, d.store().index(), {});
    return r.read("lobby", {{log_range::side::after, {}, 1'000}, 1 << 30}).value();
  };
  const auto open_ring = [&] {
    d.keys = key_ring::open(d.directory / "keys.db", {d.master()}).value();
  };
  const journal::page before = page_of();
  REQUIRE(before.entries.size() == 80);
  d.close();
  const auto head = head_of(d.options.file, *d.keys).value();
  fs::copy_file(d.options.file.path, d.directory / "older.db");
  // One with a record of the new kind behind those of the old one.
  std::vector<operation> group;
  group.push_back(test::store_world::append_of("lobby", "of today"));
  test::apply_all(d.store(), group);
  d.close();
  fs::copy_file(d.options.file.path, d.directory / "newer.db");
  const std::uint64_t offset = before.entries[40].what.at.offset;
  d.keys.reset();
  const erased_texts done =
      erase_texts(directory, {d.master()}, "lobby", {{{offset, offset}}, {}}).value();
  CHECK(done.destroyed == 1);
  CHECK(done.old_keys_go);
  open_ring();
  const journal::page after = page_of();
  REQUIRE(after.entries.size() == 81);
  for (std::size_t i = 0; i < 80; ++i) {
    CHECK(after.entries[i].what.text == (i == 40 ? gone : before.entries[i].what.text));
    CHECK(after.entries[i].what.at.tag == before.entries[i].what.at.tag);
    CHECK(after.entries[i].author == before.entries[i].author);
  }
  d.close();
  const verify_report report = verify(d.options.file, *d.keys, {}, head).value();
  CHECK(report.good());
  CHECK(report.not_since.empty());
  CHECK(report.destroyed == 1);

  SECTION("in a copy from that time the room begins anew") {
    fs::copy_file(d.directory / "older.db", d.options.file.path,
                  fs::copy_options::overwrite_existing);
    CHECK(page_of().entries.empty());
  }
  SECTION("in a copy with both kinds what is of today is there") {
    fs::copy_file(d.directory / "newer.db", d.options.file.path,
                  fs::copy_options::overwrite_existing);
    const journal::page page = page_of();
    REQUIRE(page.entries.size() == 81);
    CHECK(page.entries[0].what.kind == entry_kind::destroyed);
    CHECK(page.entries[0].what.from == "?");
    CHECK(page.entries[80].what.text == "of today");
    d.tidy();
    d.close();
    CHECK(verify(d.options.file, *d.keys).value().good());
  }
}

TEST_CASE("what was sealed anew and not yet destroyed is all there, and so is its topic") {
  test::golden_directory d(5);
  d.store().seal_old_records_anew("den").value();
  d.close();
  reader r(d.options.file, *d.keys, d.store().index(), {});
  const auto page = r.read("den", {{log_range::side::after, {}, 1'000}, 1 << 30}).value();
  REQUIRE(page.entries.size() == 11);
  CHECK(page.entries[0].what.text == "café 10");
  std::vector<operation> group;
  group.push_back({open_operation{"den"}});
  test::apply_all(d.store(), group);
  CHECK(std::get<open_operation>(group.front().what).state.topic == "warm and dry");
  d.close();
  CHECK(verify(d.options.file, *d.keys).value().good());
  SECTION("and a bit that is flipped in it is found") {
    const std::string column = GENERATE("sealed", "chain", "ids");
    test::flip(d.options.file.path, "records", "place", column, 40);
    CHECK_FALSE(verify(d.options.file, *d.keys).value().good());
  }
}
