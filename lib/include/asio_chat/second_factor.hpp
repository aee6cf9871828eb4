// The codes of a second factor.
#pragma once

#include <asio_chat/time.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat {

/// Makes and checks codes that an app shows, and those that stand in for a lost one. A server calls
/// it on its thread; each call takes less than a millisecond.
class second_factor {
 public:
  virtual ~second_factor() = default;

  /// Bytes, drawn at random.
  virtual std::string new_secret() = 0;
  /// What a person needs to put the secret into an app, in lines.
  virtual std::vector<std::string> setup_of(std::string_view secret, std::string_view account) = 0;
  /// Which step of time the code is of; none: of none that counts at this time. Whoever calls it
  /// remembers the step, and takes no code of it or of an earlier one again.
  virtual std::optional<std::uint64_t> step_of(std::string_view secret, std::string_view code,
                                               wall_time at) = 0;
  /// Codes that open the account once each, for a person to write down.
  virtual std::vector<std::string> new_recovery_codes() = 0;
  /// What is kept of such a code, however it is typed.
  virtual std::string hash_of_recovery_code(std::string_view code) = 0;
};

/// Who has to have a second factor, as `/totp` makes one. Whoever has one is asked for it.
enum class factor_need : std::uint8_t {
  nobody,
  operators, ///< those whose role is operator or above have a voice without one, and no more
  everybody, ///< whoever has an account may do no more than make one
};

/// TOTP (RFC 6238) as all apps know it: six digits, SHA-1, 30 seconds; the step before and the one
/// after count as well. In the library `asio_chat::totp`, which needs liboath (LGPL) and
/// libqrencode.
std::shared_ptr<second_factor> make_totp();

} // namespace asio_chat
