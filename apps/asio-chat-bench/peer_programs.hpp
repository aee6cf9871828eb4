#pragma once

#include "make_protocol.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace asio_chat::bench {

/// The place of a peer server: everything that it writes goes there, and it listens on loopback.
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
  /// Whether it takes seconds for a million deliveries of a flood, so that a run takes a tenth of
  /// the messages.
  bool slow;
  /// Messages in a TLS record of a publisher; 0: as many as fit.
  std::size_t batch;
  /// Returns its settings for `at`.
  std::string (*settings)(const site& at);
  /// Returns the arguments of the program, for settings in `file`.
  std::vector<std::string> (*arguments)(const std::string& file);

  /// Returns where it is installed; no value if it is not.
  std::optional<std::string> installed() const;
};

const std::vector<peer_program>& peer_programs();

} // namespace asio_chat::bench
