#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace asio_chat::bench {

using steady_clock = std::chrono::steady_clock;

/// The data that every message of the generator contains.
struct stamp {
  std::uint32_t sender = 0;      ///< which publisher
  std::uint64_t sequence = 0;    ///< counts up by one per publisher
  steady_clock::time_point sent; ///< when it was due to be sent
};

/// Writes and reads the texts that are sent: `bench RUN SENDER SEQUENCE TIME` in hexadecimal of
/// fixed width, then filler up to the size. RUN is a random number that tells the messages of
/// one generator from those of another.
class payload {
 public:
  static constexpr std::size_t min_size = 64;
  static constexpr std::size_t max_size = 8000;

  enum class verdict { good, foreign, damaged };
  struct read_result {
    verdict what;
    stamp of;
  };

  payload(std::uint32_t run, std::size_t size);

  std::string_view write(std::uint32_t sender, std::uint64_t sequence,
                         steady_clock::time_point sent);

  read_result read(std::string_view text) const;

 private:
  std::string text_;
  std::string prefix_;
};

} // namespace asio_chat::bench
