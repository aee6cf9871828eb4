// Which names are held for which members, beyond the end of the process.
#pragma once

#include "model/identity.hpp"

#include <functional>
#include <vector>

namespace asio_chat {

/// Written behind: a call returns at once, and what was said last before a crash may be lost. Calls
/// about one identity take effect in their order. Each says through `done`, later, on the caller's
/// thread, that it does not wait any more: who has many that wait can be slowed down.
class name_store {
 public:
  using change_done = std::function<void()>;

  /// What was there at the start.
  virtual std::vector<held_name> held_names() = 0;
  /// Adds the name, or changes it for the same identity.
  virtual void hold(held_name n, change_done d) = 0;
  virtual void release(const identity& who, change_done d) = 0;

 protected:
  ~name_store() = default;
};

} // namespace asio_chat
