// A store of facts in memory, which a test gives to one hub after the other.
#pragma once

#include "accounts/people_store.hpp"

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace asio_chat::test {

/// Keeps facts as a disk does.
struct kept_facts final : people_store {
  explicit kept_facts(std::vector<fact> at_start = {})
      : facts(std::move(at_start)) {}
  void facts_at_start(const hearer& hears) override { std::ranges::for_each(facts, hears); }
  void keep(std::vector<fact> changes, kept done) override {
    if (fails) return done(fail(errc::storage_failed, "the disk is full"));
    if (slow)
      return late.push_back([this, c = std::move(changes), d = std::move(done)] {
        facts.insert(facts.end(), c.begin(), c.end());
        d({});
      });
    facts.insert(facts.end(), changes.begin(), changes.end());
    done({});
  }
  /// What was given to it while it was slow is kept now.
  void catch_up() {
    while (!late.empty()) {
      const auto next = std::move(late.front());
      late.erase(late.begin());
      next();
    }
  }
  std::string sign(const std::string& statement) const override { return "signed " + statement; }
  std::vector<fact> facts;
  bool fails = false;
  bool slow = false;
  std::vector<std::function<void()>> late{};
};

} // namespace asio_chat::test
