// Each operation of the library once, as a coroutine awaits it, on a strand; then hooks.cpp.
#include "expect.hpp"

#include <asio_chat/client.hpp>
#include <asio_chat/host_member.hpp>
#include <asio_chat/log_watch.hpp>
#include <asio_chat/server.hpp>

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstddef>
#include <iostream>
#include <memory_resource>
#include <string>
#include <utility>
#include <variant>

namespace asio = boost::asio;
using namespace asio_chat;
using asio::experimental::awaitable_operators::operator||;

void each_row_of_the_table(); // hooks.cpp

namespace {

using token = asio::use_awaitable_t<>;
using chat_server = token::as_default_on_t<server>;
using chat_client = token::as_default_on_t<client>;
using member = token::as_default_on_t<host_member>;
using watcher = token::as_default_on_t<log_watch>;

class counted_memory : public std::pmr::memory_resource {
 public:
  int blocks = 0; ///< taken
  int live = 0;

 private:
  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    ++blocks;
    ++live;
    return std::pmr::new_delete_resource()->allocate(bytes, alignment);
  }
  void do_deallocate(void* at, std::size_t bytes, std::size_t alignment) override {
    --live;
    std::pmr::new_delete_resource()->deallocate(at, bytes, alignment);
  }
  bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }
};

asio::awaitable<void> of_client(chat_client& alice, memory_transport transport) {
  const connected me = co_await alice.async_connect_in_memory(std::move(transport));
  expect(me.name == "alice", "async_connect_in_memory");
  const std::string room = "lobby";
  const std::string text = "tea is ready";
  const acknowledged kept = co_await alice.async_send(room, text);
  expect(kept.at.offset > 0, "async_send");
  const std::string cake = "cake, too";
  counted_memory memory;
  acknowledged also;
  asio::steady_timer said(alice.get_executor(), asio::steady_timer::time_point::max());
  alice.async_send(room, cake,
                   asio::bind_allocator(std::pmr::polymorphic_allocator<std::byte>(&memory),
                                        [&](error_code, const acknowledged& a) {
                                          also = a;
                                          said.cancel();
                                        }));
  error_code cancelled;
  co_await said.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  expect(also.at.offset == kept.at.offset + 1 && memory.blocks == 1 && memory.live == 0,
         "async_send with an allocator");
  const std::string who = "/who";
  const reply names = co_await alice.async_command(room, who);
  expect(!names.lines.empty(), "async_command");
  const log_range all;
  const history_page page = co_await alice.async_history(room, all);
  expect(page.entries.back().text == cake, "async_history");
  const client_event first = co_await alice.async_receive();
  expect(!std::holds_alternative<disconnected>(first), "async_receive");
  // Whatever comes of it: it ends.
  asio::steady_timer soon(co_await asio::this_coro::executor, std::chrono::milliseconds(1));
  for (bool over = false; !over;) {
    auto event_or_time = alice.async_receive() || soon.async_wait(asio::use_awaitable);
    const auto which = co_await std::move(event_or_time);
    over = std::holds_alternative<std::monostate>(which);
  }
  expect(true, "async_receive || timer");
  co_await alice.async_close();
  expect(true, "async_close");
}

asio::awaitable<void> of_host(chat_server& chat, member& system, watcher& watch) {
  const host_message tea{"lobby", "tea at five", entry_kind::message, ""};
  const result<position> at = co_await system.async_post(tea);
  expect(at.value().offset == 1, "host_member::async_post");
  const result<watched> next = co_await watch.async_receive();
  expect(std::get<entry>(next.value()).from == "system", "log_watch::async_receive");
  const std::string room = "lobby";
  const log_range all;
  const result<history_page> page = co_await system.async_history(room, all);
  expect(page.value().entries.size() == 1, "host_member::async_history");
  const std::string host = "localhost";
  const auto refused = co_await chat.async_listen(host, 0);
  expect(refused.error().code == errc::bad_certificate_file, "async_listen");
  tls_server_config nothing;
  nothing.certificate_pem = "not PEM";
  nothing.private_key_pem = "neither";
  const result<void> reloaded = co_await chat.async_reload_tls(nothing);
  expect(reloaded.error().code == errc::bad_certificate_file, "async_reload_tls");
  const storage_config in_memory;
  const result<void> keys = co_await chat.async_reload_storage(in_memory);
  expect(keys.has_value(), "async_reload_storage");
}

asio::awaitable<void> of_client_that_finds_nobody(chat_client& lost) {
  error_code why;
  try {
    const connected me = co_await lost.async_connect();
    (void)me;
  } catch (const boost::system::system_error& e) {
    why = e.code();
  }
  expect(why == asio::error::connection_refused, "async_connect");
}

} // namespace

int main() try {
  asio::io_context context;
  const auto strand = asio::make_strand(context);
  chat_server chat(strand, server_config());
  member system(chat, "system");
  watcher watch(chat);
  client_config config;
  config.name = "alice";
  config.port = 1;
  chat_client alice(strand, config);
  chat_client lost(strand, config);
  std::exception_ptr failed;
  const auto all = [&]() -> asio::awaitable<void> {
    co_await of_host(chat, system, watch);
    auto transport = chat.connect_in_memory();
    co_await of_client(alice, std::move(transport));
    co_await of_client_that_finds_nobody(lost);
    co_await chat.async_stop();
    expect(chat.stats().sessions == 0, "async_stop");
  };
  asio::co_spawn(strand, all, [&](std::exception_ptr e) {
    failed = e;
    if (e) context.stop(); // what is connected would go on
  });
  context.run();
  if (failed) std::rethrow_exception(failed);
  each_row_of_the_table();
} catch (const std::exception& e) {
  std::cerr << "operations: " << e.what() << '\n';
  return 1;
}
