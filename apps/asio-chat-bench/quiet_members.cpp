#include "quiet_members.hpp"

#include "error.hpp"
#include "native_protocol.hpp"
#include "process_settings.hpp"
#include "progress.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace asio_chat::bench {

quiet_members::quiet_members(const endpoint& server, const std::string& ca_file,
                             std::size_t members, std::size_t rooms, const std::string& name)
    : context_(client_context(ca_file, native_protocol::alpn_name)) {
  while (members_.size() < members) {
    members_.push_back(std::make_unique<native_client>(
        server, context_.get(), fmt::format("{}-{}", name, members_.size()), ""));
    show_progress("connecting those elsewhere", members_.size(), members);
    if (told_to_stop()) throw run_error("interrupted");
  }
  if (members == 0) return;
  for (std::size_t i = 0; i < std::max(members, rooms); ++i)
    members_[i % members]->join(fmt::format("{}-{}", name, i % rooms));
}

} // namespace asio_chat::bench
