// What is shown of who a member is.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace asio_chat {

/// Half of an identity, or of the hash of a key: enough to tell that it is the same one again, and
/// nothing is found by it. Not for an identity that can be guessed: see
/// `people_store::proof_of_identity`. Never 0, which says that nothing proves the member.
template <class Bytes>
std::uint64_t proof_of(const Bytes& bytes) noexcept {
  std::uint64_t proof = 0;
  for (std::size_t i = 0; i < sizeof proof; ++i)
    proof = proof << 8 | bytes[i];
  return proof == 0 ? 1 : proof;
}

/// Empty: nothing proves the member.
inline std::string proof_text(std::uint64_t proof) {
  return proof == 0 ? std::string() : fmt::format("{:016x}", proof);
}

} // namespace asio_chat
