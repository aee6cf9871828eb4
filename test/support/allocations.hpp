// What a program asks the allocator for: counts, the same on every machine. Linked only where
// `allocations.cpp` is.
#pragma once

#include <cstddef>

namespace asio_chat::test {

/// Allocations of the whole program, from the moment it was made.
class allocation_count {
 public:
  struct figures {
    std::size_t calls;    ///< of operator new
    std::ptrdiff_t bytes; ///< more than before that are in use
  };

  allocation_count() noexcept;
  figures since() const noexcept;

 private:
  std::size_t calls_;
  std::size_t bytes_;
};

} // namespace asio_chat::test
