// Members who read a log from somewhere.
#pragma once

#include "unit/domain/world.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <vector>

namespace asio_chat::test {

/// The offsets of the entries that a member has received.
inline std::vector<std::uint64_t> told(const person& p) {
  std::vector<std::uint64_t> offsets;
  for (const entry& e : p.ear.all<entry>())
    offsets.push_back(e.at.offset);
  return offsets;
}

inline std::vector<std::uint64_t> from_to(std::uint64_t first, std::uint64_t last) {
  std::vector<std::uint64_t> all;
  for (std::uint64_t n = first; n <= last; ++n)
    all.push_back(n);
  return all;
}

inline void say(domain_world& w, person& p, int first, int last) {
  for (int n = first; n <= last; ++n) {
    w.type(p, fmt::format("line {}", n));
    w.run();
  }
}

inline person& joins(domain_world& w, const std::string& name, const start_position& from) {
  person& p = w.enter(name);
  w.hub.join(*p.self, "lobby", "r", from).value();
  return p;
}

} // namespace asio_chat::test
