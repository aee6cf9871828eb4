#include "load_options.hpp"

#include "error.hpp"
#include "payload.hpp"

#include <fmt/format.h>

namespace asio_chat::bench {

namespace {

std::size_t default_receivers(scenario kind) {
  switch (kind) {
  case scenario::flood:
    return 100;
  case scenario::rooms:
    return 9;
  case scenario::paced:
    break;
  }
  return 1000;
}

} // namespace

void add_protocol_option(CLI::App& command, load& to) {
  command.add_option("--protocol", to.speaks, "What is spoken with the server")
      ->transform(CLI::CheckedTransformer(speeches()).description(""))
      ->type_name("text|native|native-2|irc|mqtt|nats|redis")
      ->default_str(name_of(to.speaks));
}

void add_receivers_option(CLI::App& command, load& to) {
  command
      .add_option("--receivers", to.receivers, "Connections that receive (flood 100, paced 1000)")
      ->check(between(1, 1'000'000));
}

void add_rooms_options(CLI::App& command, load& to) {
  command.add_option("--rooms", to.rooms, "Rooms")
      ->check(between(1, 100'000))
      ->capture_default_str();
  command
      .add_option_function<std::size_t>(
          "--members", [&to](std::size_t members) { to.receivers = members - 1; },
          "Connections in each room, one of which publishes")
      ->check(between(2, 1'000'000))
      ->default_str("10");
}

void add_size_option(CLI::App& command, load& to) {
  command.add_option("--size", to.size, "Bytes of a message's text")
      ->check(between(payload::min_size, payload::max_size))
      ->capture_default_str();
}

void add_flood_options(CLI::App& command, load& to) {
  command.add_option("--messages", to.messages, "Messages of a run, of all publishers together")
      ->check(between(std::size_t{1}, std::size_t{1'000'000'000}))
      ->capture_default_str();
  command
      .add_option("--window", to.window,
                  "Messages that a publisher may be ahead of the slowest receiver")
      ->check(between(1, 1'000'000))
      ->capture_default_str();
  command
      .add_option("--batch", to.batch,
                  "Messages in one TLS record of a publisher; 0: as many as fit")
      ->check(between(0, 1'000'000))
      ->capture_default_str();
}

void add_paced_options(CLI::App& command, load& to) {
  command.add_option("--rate", to.rate, "Messages per second")
      ->check(between(0.1, 100'000.0))
      ->capture_default_str();
  command.add_option("--seconds", to.seconds, "Length of a run")
      ->check(between(0.1, 86'400.0))
      ->capture_default_str();
}

load usual_load(scenario kind) {
  load what;
  what.kind = kind;
  if (kind == scenario::rooms) {
    what.rooms = 20;
    what.messages = 100'000;
    what.speaks = speech::native_2; // which knows rooms
  }
  return what;
}

load with_defaults(load given) {
  if (given.receivers == 0) given.receivers = default_receivers(given.kind);
  if (given.rooms > 1 && given.speaks == speech::text)
    throw setup_error("the text protocol knows one room; choose another with --protocol");
  if (given.messages < given.rooms)
    throw setup_error(fmt::format("{} messages are not enough for {} rooms; each publisher needs "
                                  "one (--messages)",
                                  given.messages, given.rooms));
  return given;
}

const char* name_of(scenario kind) {
  switch (kind) {
  case scenario::flood:
    return "flood";
  case scenario::rooms:
    return "rooms";
  case scenario::paced:
    break;
  }
  return "paced";
}

} // namespace asio_chat::bench
