#pragma once

#include <filesystem>

namespace asio_chat::bench {

/// Writes a throw-away ECDSA P-256 key and a certificate of one day for 127.0.0.1 and localhost.
void write_self_signed(const std::filesystem::path& certificate, const std::filesystem::path& key);

} // namespace asio_chat::bench
