// Counts what an operation asks of the allocator of its handler.
#pragma once

#include <cstddef>
#include <memory>

namespace asio_chat::test {

struct counts {
  int calls = 0;
  int live = 0;
};

template <class T>
struct counting_allocator {
  using value_type = T;
  explicit counting_allocator(counts& c) noexcept
      : count(&c) {}
  template <class U>
  counting_allocator(const counting_allocator<U>& other) noexcept
      : count(other.count) {}
  T* allocate(std::size_t n) {
    ++count->calls;
    ++count->live;
    return std::allocator<T>().allocate(n);
  }
  void deallocate(T* p, std::size_t n) noexcept {
    --count->live;
    std::allocator<T>().deallocate(p, n);
  }
  template <class U>
  friend bool operator==(const counting_allocator& a, const counting_allocator<U>& b) noexcept {
    return a.count == b.count;
  }
  counts* count;
};

} // namespace asio_chat::test
