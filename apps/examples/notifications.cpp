// A program that uses the chat as its notification bus, as a build farm, a game lobby or a
// controller of devices might: one server and two clients in one process, without a socket. A
// worker posts the state of a job, and a watcher prints what it receives.
#include <asio_chat/client.hpp>
#include <asio_chat/server.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <iostream>
#include <string>

namespace asio = boost::asio;
using namespace asio_chat;

namespace {

client_config named(const std::string& name) {
  client_config config;
  config.name = name;
  config.room = "jobs";
  return config;
}

// Each awaited call is a statement of its own or initialises one variable: GCC 12 miscompiles more.
asio::awaitable<void> post_states(client& job, memory_transport transport) {
  co_await job.async_connect_in_memory(std::move(transport), asio::use_awaitable);
  const std::array<std::string, 3> states{"started", "half way", "done"};
  for (const std::string& state : states) {
    const acknowledged kept = co_await job.async_send("jobs", state, asio::use_awaitable);
    std::cout << "kept at " << kept.at.offset << std::endl;
  }
  co_await job.async_close(asio::use_awaitable);
}

asio::awaitable<void> watch(client& watcher, client& job, server& bus) {
  memory_transport mine = bus.connect_in_memory();
  co_await watcher.async_connect_in_memory(std::move(mine), asio::use_awaitable);
  memory_transport theirs = bus.connect_in_memory();
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  asio::co_spawn(executor, post_states(job, std::move(theirs)), asio::detached);
  for (std::string state; state != "done";) {
    const client_event e = co_await watcher.async_receive(asio::use_awaitable);
    const entry* news = std::get_if<entry>(&e);
    if (news == nullptr) continue;
    state = news->text;
    std::cout << news->from << ": " << state << std::endl;
  }
  co_await watcher.async_close(asio::use_awaitable);
  co_await bus.async_stop(asio::use_awaitable);
}

} // namespace

int main() {
  asio::io_context context;
  server bus(context, server_config());
  client job(context, named("job-17"));
  client watcher(context, named("watcher"));
  asio::co_spawn(context, watch(watcher, job, bus), asio::detached);
  context.run();
}
