#include "base/bytes.hpp"

namespace asio_chat {

shared_bytes byte_run::append(std::string bytes) {
  if (bytes.size() > block_bytes / 4) return share(std::move(bytes), meter_);
  if (block_ && block_->use_count() == 1) block_->clear(); // everybody has read it
  if (!block_ || block_->room() < bytes.size()) block_.reset(new byte_block(block_bytes, meter_));
  return {block_, block_->append(bytes)};
}

} // namespace asio_chat
