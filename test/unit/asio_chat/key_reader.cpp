#include "key_reader.hpp"

#include "support/catch.hpp"

#include <vector>

using namespace asio_chat::app;

namespace {

using kind = key::kind;
using keys = std::vector<key>;

keys keys_of(key_reader& r, std::string_view bytes) {
  r.put(bytes);
  keys all;
  key k;
  while (r.next(k))
    all.push_back(k);
  return all;
}

key typed(char32_t c) {
  return {kind::character, c};
}

} // namespace

TEST_CASE("asio-chat keys: characters and control characters are keys of their own") {
  key_reader r;
  CHECK(keys_of(r, "ab\x04\x7f\r") == keys{typed(U'a'),
                                           typed(U'b'),
                                           {kind::control, U'D'},
                                           {kind::control, U'?'},
                                           {kind::control, U'M'}});
}

TEST_CASE("asio-chat keys: a character of UTF-8 waits for its last byte") {
  key_reader r;
  CHECK(keys_of(r, "\xE4\xB8").empty());
  CHECK(keys_of(r, "\xAD"
                   "x") == keys{typed(U'\u4e2d'), typed(U'x')});
  CHECK(keys_of(r, "\xF0\x9F\x98\x80") == keys{typed(U'\U0001F600')});
}

TEST_CASE("asio-chat keys: an escape sequence waits for its end") {
  key_reader r;
  CHECK(keys_of(r, "\x1b").empty());
  CHECK(keys_of(r, "[").empty());
  CHECK(keys_of(r, "A") == keys{{kind::up}});
  CHECK(keys_of(r, "\x1bOD\x1b[3~\x1b"
                   "b") == keys{{kind::left}, {kind::erase}, {kind::meta, U'b'}});
}

TEST_CASE("asio-chat keys: Ctrl and Alt with an arrow go by words") {
  key_reader r;
  CHECK(keys_of(r, "\x1b[1;5D\x1b[1;3D\x1bOd") ==
        keys{{kind::word_left}, {kind::word_left}, {kind::word_left}});
  CHECK(keys_of(r, "\x1b[1;5C\x1b[1;3C\x1bOc") ==
        keys{{kind::word_right}, {kind::word_right}, {kind::word_right}});
}

TEST_CASE("asio-chat keys: a paste is one key, and nothing in it acts") {
  key_reader r;
  CHECK(keys_of(r, "a\x1b[200~/quit\r\x04\t\x1b[A b\x1b[201~c") ==
        keys{typed(U'a'), {kind::paste, 0, "/quit\r\x04\t\x1b[A b"}, typed(U'c')});
}

TEST_CASE("asio-chat keys: a paste may come in any pieces") {
  key_reader r;
  const std::string bytes = "\x1b[200~one\ntwo \xE4\xB8\xAD\x1b[201~x";
  keys all;
  for (const char byte : bytes)
    for (const key& k : keys_of(r, {&byte, 1}))
      all.push_back(k);
  CHECK(all == keys{{kind::paste, 0, "one\ntwo \xE4\xB8\xAD"}, typed(U'x')});
}

TEST_CASE("asio-chat keys: a paste that is too long is dropped and told") {
  key_reader r;
  keys_of(r, "\x1b[200~");
  for (std::size_t n = 0; n <= key_reader::max_paste; n += 1024)
    CHECK(keys_of(r, std::string(1024, 'x')).empty());
  CHECK(keys_of(r, "\x1b[201~y\x1b[200~z\x1b[201~") ==
        keys{{kind::too_long_paste}, typed(U'y'), {kind::paste, 0, "z"}});
}

TEST_CASE("asio-chat D19: sequences that are no keys, and bytes that are no text, are dropped") {
  key_reader r;
  CHECK(keys_of(r, "\x1b[201~x\x1b[31my") == keys{typed(U'x'), typed(U'y')});
  CHECK(keys_of(r, "\xff\xC0z") == keys{typed(U'z')});
  CHECK(keys_of(r, std::string_view("\0w", 2)) == keys{typed(U'w')});
  CHECK(keys_of(r, "\xC2\x9B"
                   "v") == keys{typed(U'v')});
  CHECK(keys_of(r, "\x1b\x1b[B") == keys{{kind::escape}, {kind::down}});
  CHECK(keys_of(r, "\x1b[" + std::string(40, '1')).size() == 40);
}

TEST_CASE("asio-chat keys: an Escape alone is a key after a while, and hides no later one") {
  key_reader r;
  CHECK(keys_of(r, "\x1b").empty());
  CHECK(r.waits());
  r.settle();
  CHECK(keys_of(r, "") == keys{{kind::escape}});
  CHECK_FALSE(r.waits());
  CHECK(keys_of(r, "d") == keys{typed(U'd')});
  CHECK(keys_of(r, "\x1b\x03") == keys{{kind::escape}, {kind::control, U'C'}});
  CHECK(keys_of(r, "\x1b\x7f\x1b\r") == keys{{kind::meta, 0x7F}, {kind::meta, U'\r'}});
  CHECK(keys_of(r, "\x1b[").empty());
  r.settle();
  CHECK(keys_of(r, "x") == keys{{kind::escape}, typed(U'x')});
  r.settle(); // nothing waits
  CHECK(keys_of(r, "y") == keys{typed(U'y')});
}

TEST_CASE("asio-chat keys: function keys, as three kinds of terminals send them") {
  key_reader r;
  CHECK(keys_of(r, "\x1bOP\x1b[11~\x1b[15~\x1b[24~") ==
        keys{{kind::function, 1}, {kind::function, 1}, {kind::function, 5}, {kind::function, 12}});
}

TEST_CASE("asio-chat keys: Ctrl-C, typed alone, ends a paste that has no end") {
  key_reader r;
  CHECK(keys_of(r, "\x1b[200~unfinished \x03 x").empty());
  CHECK(keys_of(r, "\x03") == keys{{kind::paste, 0, "unfinished \x03 x"}, {kind::control, U'C'}});
}
