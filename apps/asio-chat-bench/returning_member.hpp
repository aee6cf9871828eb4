#pragma once

#include "delivery_checker.hpp"
#include "payload.hpp"
#include "raw_member.hpp"

#include <cstdint>
#include <string>

namespace asio_chat::bench {

/// A client of `asio-chat/2` that keeps its token and its position, and comes back with them. Its
/// room has one speaker, whose messages it has to get each once.
class returning_member final : public raw_member::script {
 public:
  /// @param texts what the speaker of the room says
  returning_member(std::string name, std::string room, const payload& texts);

  void login(std::string& out) override;
  void more(std::string& out) override;
  void heard(std::string_view bytes) override;

  /// The connection is gone: another one begins anew.
  void lost();
  /// It is in its room, on this connection.
  bool is_in() const { return in_the_room_; }
  void say(std::string_view text);
  /// The number after the highest one heard.
  std::uint64_t next() const { return seen_.next(); }
  violations take() { return seen_.take(); }

 private:
  void take_message(std::string_view message);
  void take_entries(std::string_view entries);

  const std::string name_;
  const std::string room_;
  const payload& texts_;
  std::string token_;
  std::uint64_t epoch_ = 0;
  std::uint64_t offset_ = 0; ///< of the last entry that it has
  bool in_the_room_ = false;
  std::uint64_t ids_ = 0;
  std::string in_;
  std::string out_;
  delivery_checker seen_;
};

} // namespace asio_chat::bench
