// What keeps this process from a file, and what to do about it: owners, modes, file systems.
#pragma once

#include <asio_chat/error.hpp>

#include <cstddef>
#include <optional>
#include <string>

namespace asio_chat {

enum class file_use { reading, writing };

/// Looks, and changes nothing. A clause that names the file and ends with advice, for instance
/// `'keys.db' belongs to root (id 0), and this is chat (id 998): chown chat 'keys.db'`.
/// @return nothing if there is no such file, or nothing is in the way
std::optional<std::string> obstacle_to(const std::string& path, file_use use);

/// The same of what is no file: a pipe, a device, a directory, a link that leads nowhere.
std::optional<std::string> wrong_kind_of(const std::string& path);

/// The same of making files in a directory.
std::optional<std::string> obstacle_in(const std::string& directory);

/// The same of the disk that a directory is on: no bytes left, or no inodes.
std::optional<std::string> lack_of_room(const std::string& directory);

/// Writes so many bytes to a new file in the directory, which is gone when this returns. That finds
/// what looking does not: quotas, and disks that fail.
result<void> try_writing_in(const std::string& directory, std::size_t bytes);

/// `chat (id 998)`, or `the user with id 998` if it has no name.
std::string user_text(unsigned id);

} // namespace asio_chat
