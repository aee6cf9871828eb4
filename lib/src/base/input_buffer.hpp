// Bytes that were received and not taken yet.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace asio_chat {

/// Read into `prepare()`, say how much came with `commit(n)`, look at `unread()`, and `consume`
/// what is done with. It grows with what was received, never with what was only announced.
class input_buffer {
 public:
  /// @param longest what has to be in it at the same time, at most
  explicit input_buffer(std::size_t longest) noexcept
      : longest_(longest) {}

  /// Room for what comes next: never none. What `unread()` gave is no longer valid.
  std::span<char> prepare();
  void commit(std::size_t n) noexcept { end_ += n; }

  std::string_view unread() const noexcept { return {bytes_.data() + begin_, end_ - begin_}; }
  /// These bytes stay where they are until the next call of `prepare`.
  void consume(std::size_t n) noexcept { begin_ += n; }
  /// Forgets what was received and not consumed.
  void discard() noexcept { begin_ = end_ = 0; }

  void set_longest(std::size_t longest) noexcept { longest_ = longest; }
  /// Gives back its memory if nothing is unread; `prepare` takes some again.
  void give_back() noexcept;

 private:
  std::vector<char> bytes_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t longest_;
};

} // namespace asio_chat
