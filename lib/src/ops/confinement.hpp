// What the daemon gives up once it has read its settings, so that whoever breaks into it finds
// little: files and ports of others, and most of the kernel (docs/adr/0018-confinement.md).
//
//   confinement     what it goes on needing, and all of what follows together
//   landlock        files, directories, TCP ports
//   system_calls    calls of the kernel
//   privileges      users
#pragma once

#include "ops/settings.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace asio_chat::ops {

/// What is needed after the start. Everything else is closed off.
struct confinement {
  std::vector<std::string> read;     ///< files and directories, and all that is in these
  std::vector<std::string> written;  ///< directories
  std::vector<std::string> removed;  ///< files: in their directories files may be removed
  std::vector<std::uint16_t> listen; ///< TCP ports; 0: any that the system chooses
  bool looks_up_names = false;       ///< in the files and by the servers that the system has for it
  bool connects = false;             ///< to other machines
  bool asks_programs = false;        ///< of this machine, over their Unix sockets
  /// The TCP ports that it connects to; none: any.
  std::optional<std::vector<std::uint16_t>> ports;
};

/// How far a part of the confinement goes on this machine.
struct confined_part {
  std::string what;    ///< such as `files`
  std::string how;     ///< what is left of it; empty: all
  std::string why_not; ///< not empty: it is not confined
};

/// What `s` needs. A certificate is needed with its whole directory, and with that of each link on
/// its way, because what renews certificates moves links.
confinement confinement_of(const settings& s);

/// Confines the calling thread, and all that it starts from now on, for ever. It must be the only
/// thread of the process. A part that the kernel does not have says so, and the others go on.
std::vector<confined_part> confine(const confinement& needed);

/// Does that for `s`, unless it says not to, and so does each part.
std::vector<confined_part> confine_for(const settings& s);

/// A line for people, such as `Confined ports: listens on 8443; connects nowhere`.
std::string text_of(const confined_part& part);

} // namespace asio_chat::ops
