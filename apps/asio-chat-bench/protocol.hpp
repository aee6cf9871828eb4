#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace asio_chat::bench {

/// What a peer speaks with a server, without any I/O: one object per connection.
///
/// A further server to compare with needs one more class of this kind and nothing else.
class protocol {
 public:
  /// Takes the texts that others have published.
  class sink {
   public:
    virtual void on_text(std::string_view text) = 0;

   protected:
    ~sink() = default;
  };

  /// What arrived is not of the protocol.
  struct broken : std::runtime_error {
    using std::runtime_error::runtime_error;
  };

  virtual ~protocol() = default;

  /// Appends to `out` what a peer says first: who it is, and that it wants to hear and speak.
  virtual void login(std::string_view name, std::string& out) = 0;

  /// Appends to `out` a message to everybody else.
  virtual void publish(std::string_view text, std::string& out) = 0;

  /// Takes the whole messages at the front of `in` and returns their length; the rest is given
  /// again with more behind it. Answers that the server expects are appended to `out`.
  virtual std::size_t feed(std::string_view in, sink& to, std::string& out) = 0;
};

} // namespace asio_chat::bench
