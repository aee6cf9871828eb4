// Immutable bytes with many readers: an event is encoded once and every outbox holds a reference.
#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace asio_chat {

/// The count is not atomic: bytes never leave the thread of their server or client.
class byte_block : public boost::intrusive_ref_counter<byte_block, boost::thread_unsafe_counter> {
 public:
  explicit byte_block(std::string bytes) noexcept
      : bytes_(std::move(bytes)) {}
  std::string_view view() const noexcept { return bytes_; }
  std::size_t size() const noexcept { return bytes_.size(); }

 private:
  std::string bytes_;
};

using shared_bytes = boost::intrusive_ptr<const byte_block>;

inline shared_bytes share(std::string bytes) {
  return shared_bytes(new byte_block(std::move(bytes)));
}

} // namespace asio_chat
