#include "support/allocations.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

#include <malloc.h>

namespace {

std::atomic<std::size_t> calls{0};
std::atomic<std::size_t> bytes{0};

void* counted(void* p) {
  if (p == nullptr) throw std::bad_alloc();
  calls.fetch_add(1, std::memory_order_relaxed);
  bytes.fetch_add(::malloc_usable_size(p), std::memory_order_relaxed);
  return p;
}

void give_back(void* p) noexcept {
  if (p == nullptr) return;
  bytes.fetch_sub(::malloc_usable_size(p), std::memory_order_relaxed);
  std::free(p);
}

} // namespace

// The standard library's array and nothrow forms call these.
void* operator new(std::size_t n) {
  return counted(std::malloc(n == 0 ? 1 : n));
}
void* operator new(std::size_t n, std::align_val_t alignment) {
  const auto a = static_cast<std::size_t>(alignment);
  return counted(std::aligned_alloc(a, (n + a - 1) / a * a));
}
void operator delete(void* p) noexcept {
  give_back(p);
}
void operator delete(void* p, std::size_t) noexcept {
  give_back(p);
}
void operator delete(void* p, std::align_val_t) noexcept {
  give_back(p);
}
void operator delete(void* p, std::size_t, std::align_val_t) noexcept {
  give_back(p);
}

namespace asio_chat::test {

allocation_count::allocation_count() noexcept
    : calls_(calls)
    , bytes_(bytes) {}

allocation_count::figures allocation_count::since() const noexcept {
  return {calls - calls_, static_cast<std::ptrdiff_t>(bytes) - static_cast<std::ptrdiff_t>(bytes_)};
}

} // namespace asio_chat::test
