// What a journal knows of people, for commands that only read.
#pragma once

#include "accounts/people.hpp"
#include "accounts/people_store.hpp"
#include "history.hpp"

#include <algorithm>
#include <string>
#include <vector>

/// Of a journal that may be in use.
class facts_reader final : public asio_chat::people_store {
 public:
  /// @throws asio_chat::error if they cannot be read
  explicit facts_reader(const history& from);
  void facts_at_start(const hearer& hears) override { std::ranges::for_each(facts_, hears); }
  void keep(std::vector<asio_chat::fact>, kept done) override;

 private:
  std::vector<asio_chat::fact> facts_;
};

/// @throws asio_chat::error that says how to find those there are
const asio_chat::account& account_called(const asio_chat::people& all, const std::string& name);
