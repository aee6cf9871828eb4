#include "load_options.hpp"

#include "payload.hpp"

namespace asio_chat::bench {

void add_common_options(CLI::App& command, load& to) {
  command
      .add_option("--receivers", to.receivers, "Connections that receive (flood 100, paced 1000)")
      ->check(between(1, 1'000'000));
  command.add_option("--size", to.size, "Bytes of a message's text")
      ->check(between(payload::min_size, payload::max_size))
      ->capture_default_str();
}

void add_flood_options(CLI::App& command, load& to) {
  command.add_option("--messages", to.messages, "Messages of a run")
      ->check(between(std::size_t{1}, std::size_t{1'000'000'000}))
      ->capture_default_str();
  command
      .add_option("--window", to.window,
                  "Messages that the publisher may be ahead of the slowest receiver")
      ->check(between(1, 1'000'000))
      ->capture_default_str();
  command
      .add_option("--batch", to.batch,
                  "Messages in one TLS record of the publisher; 0: as many as fit")
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

load with_defaults(load given) {
  if (given.receivers == 0) given.receivers = given.kind == scenario::flood ? 100 : 1000;
  return given;
}

const char* name_of(scenario kind) {
  return kind == scenario::flood ? "flood" : "paced";
}

} // namespace asio_chat::bench
