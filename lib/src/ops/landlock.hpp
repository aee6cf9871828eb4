// Landlock: access to files and ports, taken from this thread by itself (landlock(7), Linux 5.13).
#pragma once

#include "ops/confinement.hpp"

namespace asio_chat::ops {

/// The directory of the file `path` (or `path` itself, if it is a directory), and that of what each
/// link on the way leads to: in these a link may lead elsewhere tomorrow. Without `/`, and without
/// what is not there.
std::vector<std::string> directories_of(const std::string& path);

/// @returns the parts `files` and `ports`
std::vector<confined_part> close_files_and_ports(const confinement& needed);

} // namespace asio_chat::ops
