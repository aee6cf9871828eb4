#include "asio-chat-bench/search_model.hpp"

#include "support/catch.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

using namespace asio_chat::bench;
using namespace std::chrono_literals;

namespace {

constexpr wall_time start = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + 10h;

/// 400 entries, ten in a second, of three authors.
search_model filled(const zipf_text& texts) {
  search_model model(texts, "den");
  for (int i = 0; i < 400; ++i)
    model.note(fmt::format("author-{}", i / 7 % 3), start + i * 100ms);
  return model;
}

std::string line_of(const search_model& model, const zipf_text& texts, std::size_t number) {
  return fmt::format("@{} [2026-11-21 10:00:{:02} UTC] {}: {}", number + 1, number / 10,
                     model.author(number), texts.text(number));
}

/// The answer by looking at every entry.
std::vector<std::string> brute(const search_model& model, const zipf_text& texts,
                               const question& q) {
  std::vector<std::string> found;
  for (std::size_t number = 0; number < model.size(); ++number) {
    const auto ranks = texts.ranks(number);
    const auto has = [&](std::uint32_t rank) {
      return std::find(ranks.begin(), ranks.end(), rank) != ranks.end();
    };
    if (std::all_of(q.words.begin(), q.words.end(), has) &&
        (q.from.empty() || q.from == model.author(number)) &&
        (!q.before || model.time(number) < *q.before) &&
        (!q.after || model.time(number) >= *q.after))
      found.push_back(line_of(model, texts, number));
  }
  if (found.empty()) return {"nothing like that was said in den"};
  if (found.size() <= 50) return found;
  found.erase(found.begin(), found.end() - 50);
  found.push_back("these are the newest 50; before: finds older ones");
  return found;
}

} // namespace

TEST_CASE("asio-chat-bench search model: it answers what looking at every entry answers") {
  const zipf_text texts(40, 60);
  const auto model = filled(texts);
  std::vector<question> all{{.words = {0, 1}}, {.from = "author-1"}, {.from = "nobody"}};
  for (std::uint32_t a = 0; a < 60; ++a) {
    all.push_back({.words = {a}});
    all.push_back({.words = {a}, .from = "author-2"});
    all.push_back({.words = {a}, .before = start + 20s});
    all.push_back({.words = {a}, .after = start + 20s});
    for (std::uint32_t b = 0; b < 60; b += 7)
      all.push_back({.words = {a, b, 2}});
  }
  for (const auto& q : all) {
    INFO(q.line());
    CHECK(model.answer(q) == brute(model, texts, q));
  }
}

TEST_CASE("asio-chat-bench search model: the newest fifty, and whether there are more") {
  const zipf_text texts(40, 60);
  const auto model = filled(texts);
  const auto lines = model.answer({.words = {1}});
  REQUIRE(lines.size() == 51);
  CHECK(lines[0] == line_of(model, texts, 301));
  CHECK(lines[49] == line_of(model, texts, 399));
  CHECK(lines[50] == "these are the newest 50; before: finds older ones");
  CHECK(model.answer({.words = {1}, .other_word = "x"}) ==
        std::vector<std::string>{"nothing like that was said in den"});
}

TEST_CASE("asio-chat-bench search model: a question is typed as people type it") {
  const question q{
      .words = {0, 17}, .other_word = "x", .from = "ada", .before = start + 7min, .after = start};
  CHECK(q.line() == fmt::format("/search {} {} x from:ada before:2026-11-21T10:07 "
                                "after:2026-11-21T10:00",
                                zipf_text::word(0), zipf_text::word(17)));
}
