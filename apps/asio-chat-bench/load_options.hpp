#pragma once

#include "make_protocol.hpp"

#include <CLI/CLI.hpp>

#include <cstddef>

namespace asio_chat::bench {

enum class scenario { flood, rooms, paced };

/// The load of a generator on a server.
struct load {
  scenario kind = scenario::flood;
  std::size_t rooms = 1;
  std::size_t receivers = 0; ///< in each room; 0: the scenario's own default
  std::size_t size = 128;
  speech speaks = speech::text;
  // flood, rooms
  std::size_t messages = 20'000; ///< of all publishers together
  std::size_t window = 2'000;
  std::size_t batch = 0; ///< messages per record of the publisher; 0: as many as fit
  // paced
  double rate = 10;
  double seconds = 10;
};

/// A check for a number from `low` to `high`, with a readable help text.
template <class Number>
CLI::Validator between(Number low, Number high) {
  const std::string first = CLI::detail::to_string(low);
  const std::string last = CLI::detail::to_string(high);
  return {[=](const std::string& given) {
            Number n{};
            // CLI::Range takes «nan», which is neither below nor above.
            const bool within = CLI::detail::lexical_cast(given, n) && n >= low && n <= high;
            return within ? std::string()
                          : "Value " + given + " not in range " + first + " to " + last;
          },
          first + ".." + last};
}

void add_protocol_option(CLI::App& command, load& to);
void add_receivers_option(CLI::App& command, load& to);
void add_rooms_options(CLI::App& command, load& to);
void add_size_option(CLI::App& command, load& to);
void add_flood_options(CLI::App& command, load& to);
void add_paced_options(CLI::App& command, load& to);

/// The default load of a kind.
load usual_load(scenario kind);

/// Fills in the defaults that depend on the scenario. Throws setup_error for an impossible load.
load with_defaults(load given);

const char* name_of(scenario kind);

} // namespace asio_chat::bench
