// A store of facts in memory, which a test gives to one hub after the other.
#pragma once

#include "accounts/people_store.hpp"

#include <algorithm>
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
    facts.insert(facts.end(), changes.begin(), changes.end());
    done({});
  }
  std::string sign(const std::string& statement) const override { return "signed " + statement; }
  std::vector<fact> facts;
  bool fails = false;
};

} // namespace asio_chat::test
