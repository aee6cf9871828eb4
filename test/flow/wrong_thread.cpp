// A program whose calls of a client are right or wrong, and which is compiled without NDEBUG.
//   wrong_thread right|strand|thread
#include <asio_chat/client.hpp>
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

/// Before the context runs, on its thread, on the strand, and when it has run.
void call_as_one_should() {
  asio::io_context context;
  const auto strand = asio::make_strand(context);
  client on_strand(strand, {});
  on_strand.async_receive([](error_code, const client_event&) {});
  asio::post(strand, [&] { on_strand.async_receive([](error_code, const client_event&) {}); });
  server bus(context, {});
  client chat(context, {});
  chat.async_connect_in_memory(bus.connect_in_memory(), [&](error_code, const connected&) {
    chat.async_send("lobby", "x", [](error_code, const acknowledged&) {});
  });
  context.run_for(std::chrono::milliseconds(10));
  context.restart();
  chat.async_send("lobby", "y", [](error_code, const acknowledged&) {});
  context.poll();
  std::cout << "every call was right\n";
}

} // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "right";
  if (what == "strand") call_beside_strand();
  if (what == "thread") call_on_other_thread();
  if (what == "right") call_as_one_should();
}
