// Counts what a program asks the allocator for, which is the same on every machine. It needs
// `allocations.cpp` in the same program.
#pragma once

#include <cstddef>

namespace asio_chat::test {

/// Counts the allocations of the whole program since it was made.
class allocation_count {
 public:
  struct figures {
    std::size_t calls;    ///< of operator new
    std::ptrdiff_t bytes; ///< in use now, less those that were in use then
  };

  allocation_count() noexcept;
  figures since() const noexcept;

 private:
  std::size_t calls_;
  std::size_t bytes_;
};

} // namespace asio_chat::test
