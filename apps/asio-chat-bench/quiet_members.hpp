#pragma once

#include "native_client.hpp"

#include <memory>
#include <string>
#include <vector>

namespace asio_chat::bench {

/// Members of other rooms who are logged in and say nothing, as long as the object lives.
class quiet_members {
 public:
  /// Every member is in a room, and every room has a member.
  /// @param name what the names of members and rooms begin with
  quiet_members(const endpoint& server, const std::string& ca_file, std::size_t members,
                std::size_t rooms, const std::string& name = "quiet");

 private:
  ssl_ctx_ptr context_;
  std::vector<std::unique_ptr<native_client>> members_;
};

} // namespace asio_chat::bench
