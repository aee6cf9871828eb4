// How a host tests its journal: the contract that every journal keeps, and a server upon it.
#include "journal.hpp"

#include <asio_chat/client.hpp>
#include <asio_chat/server.hpp>
#include <asio_chat/testing/journal_contract.hpp>

#include <functional>

using namespace asio_chat;

TEST_CASE("the journal keeps the contract of journals") {
  testing::check_journal_contract(
      [](const testing::journal_wishes& w) {
        return std::make_unique<vector_journal>(w.executor, w.epoch);
      },
      testing::journal_keeps::everything);
}

TEST_CASE("two servers with one journal are one chat") {
  boost::asio::io_context context;
  server_hooks hooks;
  hooks.journal = std::make_shared<vector_journal>(context.get_executor(), 7);
  server east(context, {}, hooks);
  server west(context, {}, hooks);
  client_config config;
  client alice(context, config);
  client bob(context, config);
  std::string heard;
  std::function<void(error_code, client_event)> next = [&](error_code e,
                                                           const client_event& event) {
    if (e) return;
    if (const auto* said = std::get_if<entry>(&event)) heard = said->text;
    bob.async_receive(next);
  };
  bob.async_connect_in_memory(west.connect_in_memory(),
                              [&](error_code, const connected&) { bob.async_receive(next); });
  context.poll();
  alice.async_connect_in_memory(east.connect_in_memory(), [&](error_code, const connected&) {
    alice.async_send("lobby", "hello, west", [](error_code, const acknowledged&) {});
  });
  context.restart();
  context.poll();
  CHECK(heard == "hello, west");
}
