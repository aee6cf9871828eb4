// A program whose calls of a client and a server are right or wrong, and which is compiled without
// NDEBUG.
//   wrong_thread right|strand|thread|server|server-strand|member
#include <asio_chat/client.hpp>
#include <asio_chat/host_member.hpp>
#include <asio_chat/server.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <future>
#include <iostream>
#include <string_view>
#include <thread>

namespace asio = boost::asio;
using namespace asio_chat;

namespace {

/// Beside the strand, although on a thread that runs the context.
void call_beside_strand() {
  asio::io_context context;
  client chat(asio::make_strand(context), {});
  asio::post(context, [&] { chat.async_receive([](error_code, const client_event&) {}); });
  context.run();
}

/// While another thread runs the context.
void call_on_other_thread() {
  asio::io_context context;
  server bus(context, {});
  client chat(context, {});
  std::promise<void> is_connected;
  chat.async_connect_in_memory(bus.connect_in_memory(),
                               [&](error_code, const connected&) { is_connected.set_value(); });
  std::thread runner([&] { context.run(); });
  is_connected.get_future().wait();
  chat.async_send("lobby", "x", [](error_code, const acknowledged&) {});
  context.stop();
  runner.join();
}

/// A server's function beside its strand, although on a thread that runs the context.
void call_server_beside_strand() {
  asio::io_context context;
  server bus(asio::make_strand(context), {});
  asio::post(context, [&] { std::cout << bus.stats().sessions << '\n'; });
  context.run_for(std::chrono::seconds(5));
}

/// While another thread runs the context of the server.
template <class Call>
void call_server_on_other_thread(Call call) {
  asio::io_context context;
  server bus(context, {});
  host_member system(bus, "system");
  std::promise<void> runs;
  system.async_post({"lobby", "x"}, [&](const result<position>&) { runs.set_value(); });
  std::thread runner([&] { context.run(); });
  runs.get_future().wait();
  call(bus, system);
  context.stop();
  runner.join();
}

/// Before the context runs, on its thread, on the strand, and when it has run.
void call_as_one_should() {
  asio::io_context context;
  const auto strand = asio::make_strand(context);
  client on_strand(strand, {});
  on_strand.async_receive([](error_code, const client_event&) {});
  asio::post(strand, [&] { on_strand.async_receive([](error_code, const client_event&) {}); });
  server bus(context, {});
  server on_other_strand(strand, {});
  host_member system(on_other_strand, "system");
  asio::post(strand, [&] {
    (void)on_other_strand.sessions();
    system.async_post({"lobby", "x"}, [](const result<position>&) {});
  });
  client chat(context, {});
  chat.async_connect_in_memory(bus.connect_in_memory(), [&](error_code, const connected&) {
    chat.async_send("lobby", "x", [](error_code, const acknowledged&) {});
    (void)bus.rooms();
  });
  context.run_for(std::chrono::milliseconds(10));
  context.restart();
  chat.async_send("lobby", "y", [](error_code, const acknowledged&) {});
  (void)bus.stats();
  context.poll();
  std::cout << "every call was right\n";
}

} // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "right";
  if (what == "strand") call_beside_strand();
  if (what == "thread") call_on_other_thread();
  if (what == "server-strand") call_server_beside_strand();
  if (what == "server")
    call_server_on_other_thread([](server& bus, host_member&) { bus.connect_in_memory(); });
  if (what == "member") {
    call_server_on_other_thread([](server&, host_member& system) {
      system.async_history("lobby", {}, [](const result<history_page>&) {});
    });
  }
  if (what == "right") call_as_one_should();
}
