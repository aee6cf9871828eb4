#include "key_reader.hpp"

#include "support/catch.hpp"

#include <vector>

using namespace asio_chat::app;

namespace {

std::vector<std::wstring> keys_of(key_reader& r, std::string_view bytes) {
  r.put(bytes);
  std::vector<std::wstring> keys;
  std::wstring key;
  while (r.next(key))
    keys.push_back(key);
  return keys;
}

using keys = std::vector<std::wstring>;

} // namespace

TEST_CASE("asio-chat keys: characters and control characters are keys of their own") {
  key_reader r;
  CHECK(keys_of(r, "ab\x04\x7f") == keys{L"a", L"b", L"\x04", L"\x7f"});
}

TEST_CASE("asio-chat keys: a character of UTF-8 waits for its last byte") {
  key_reader r;
  CHECK(keys_of(r, "\xE4\xB8").empty());
  CHECK(keys_of(r, "\xAD"
                   "x") == keys{L"\u4e2d", L"x"});
  CHECK(keys_of(r, "\xF0\x9F\x98\x80") == keys{L"\U0001F600"});
}

TEST_CASE("asio-chat keys: an escape sequence waits for its end, so the editor never has to") {
  key_reader r;
  CHECK(keys_of(r, "\x1b").empty());
  CHECK(keys_of(r, "[").empty());
  CHECK(keys_of(r, "A") == keys{L"\x1b[A"});
  CHECK(keys_of(r, "\x1bOD\x1b[3~\x1b"
                   "b") == keys{L"\x1bOD", L"\x1b[3~",
                                L"\x1b"
                                L"b"});
}

TEST_CASE("asio-chat D19: sequences that are no keys, and bytes that are no text, are dropped") {
  key_reader r;
  CHECK(keys_of(r, "\x1b[200~x\x1b[31my") == keys{L"x", L"y"});
  CHECK(keys_of(r, "\xff\xC0z") == keys{L"z"});
  CHECK(keys_of(r, std::string_view("\0w", 2)) == keys{L"w"});
  CHECK(keys_of(r, "\xC2\x9B"
                   "v") == keys{L"v"});
  CHECK(keys_of(r, "\x1b\x1b[B") == keys{L"\x1b[B"});
  CHECK(keys_of(r, "\x1b[" + std::string(40, '1')).size() == 40);
}
