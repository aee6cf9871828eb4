// Memory for objects that come and go by the hundred, and are as many as before a moment later.
#pragma once

#include <cstddef>
#include <new>
#include <utility>

namespace asio_chat {

/// Blocks of one size that were given back on this thread, for the next ones: what was freed last
/// is used first, since it is in the processor's cache. The allocator of the system keeps a few of
/// each size as they are, and joins and splits the memory of all others each time.
template <std::size_t Size>
class spare_blocks {
 public:
  static constexpr std::size_t max_bytes = 512 * 1024; ///< kept for each thread

  static void* allocate() { return here.first ? take() : ::operator new(Size); }
  static void give_back(void* block) noexcept {
    if (here.closed || here.count == max_bytes / Size) return ::operator delete(block);
    if (!here.first) close_at_end();
    here.first = ::new (block) link{here.first};
    ++here.count;
  }

 private:
  struct link {
    link* next;
  };
  static_assert(Size >= sizeof(link));
  /// Has no destructor: what is destroyed at the very end of a thread may still look at it.
  struct list {
    link* first = nullptr;
    std::size_t count = 0;
    bool closed = false;
  };
  struct closer {
    closer() = default;
    closer(const closer&) = delete;
    closer& operator=(const closer&) = delete;
    void is_needed() const noexcept {} // to be made
    ~closer() {
      here.closed = true;
      while (here.first)
        ::operator delete(take());
    }
  };

  /// Of this thread.
  static void close_at_end() noexcept {
    static thread_local closer c;
    c.is_needed();
  }
  static void* take() noexcept {
    --here.count;
    return std::exchange(here.first, here.first->next);
  }

  static inline constinit thread_local list here{};
};

/// The base of a class whose objects are made and destroyed often. An object may be destroyed on
/// another thread, which then keeps its memory.
template <class Derived>
class recycled {
 public:
  static void* operator new(std::size_t) { return spare_blocks<sizeof(Derived)>::allocate(); }
  static void operator delete(void* block) noexcept {
    spare_blocks<sizeof(Derived)>::give_back(block);
  }
};

/// A function object whose memory is recycled, for a `std::function`, which has no room for it in
/// itself.
template <class Call>
class recycled_call : public recycled<recycled_call<Call>> {
 public:
  explicit recycled_call(Call c)
      : call_(std::move(c)) {}
  template <class... Arguments>
  void operator()(Arguments&&... with) {
    call_(std::forward<Arguments>(with)...);
  }

 private:
  Call call_;
};

} // namespace asio_chat
