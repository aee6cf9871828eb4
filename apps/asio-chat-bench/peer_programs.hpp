#pragma once

#include "make_protocol.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace asio_chat::bench {

/// Where a peer server is to be: everything it writes goes there, and it hears on the loopback.
struct site {
  std::filesystem::path directory;
  std::filesystem::path certificate;
  std::filesystem::path key;
  std::uint16_t port = 0;
};

/// A server of another project to compare with, as Debian packages it.
struct peer_program {
  std::string name; ///< in tables
  std::string key;  ///< on the command line
  std::string program;
  std::string package;
  speech speaks;
  /// Takes seconds for a million deliveries of a flood: a run takes a tenth of the messages.
  bool slow;
  /// Messages in a TLS record of a publisher; 0: as many as fit.
  std::size_t batch;
  /// Its settings, in `at`.
  std::string (*settings)(const site& at);
  /// What follows the program's name, for settings in `file`.
  std::vector<std::string> (*arguments)(const std::string& file);

  /// Where it is installed; none if it is not.
  std::optional<std::string> installed() const;
};

const std::vector<peer_program>& peer_programs();

} // namespace asio_chat::bench
