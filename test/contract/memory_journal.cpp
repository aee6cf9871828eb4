#include "journal/memory_journal.hpp"

#include <asio_chat/testing/journal_contract.hpp>

using namespace asio_chat;

TEST_CASE("memory_journal keeps the contract of journals") {
  testing::check_journal_contract([](const testing::journal_wishes& w) {
    return std::make_unique<memory_journal>(
        w.later(), w.epoch, memory_journal::bounds{.entries_per_room = w.entries_per_room});
  });
}
