#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace asio_chat::bench {

/// The name of a peer, and its room.
struct part {
  std::string name;
  std::string room; ///< a channel, topic or subject, as the protocol calls it; text: has but one
  bool publishes = false; ///< otherwise it only receives
};

/// The protocol between a peer and a server, without I/O, with one object for each connection.
///
/// A further server to compare with needs one more class of this kind, and a line in
/// make_protocol.
class protocol {
 public:
  /// Takes the texts that others have published.
  class sink {
   public:
    virtual void on_text(std::string_view text) = 0;

   protected:
    ~sink() = default;
  };

  /// Thrown if bytes arrive that are not of the protocol, or a refusal.
  struct broken : std::runtime_error {
    using std::runtime_error::runtime_error;
  };

  virtual ~protocol() = default;

  /// The name that the client offers in ALPN; empty: none.
  virtual std::string_view alpn() const { return {}; }

  /// The beginning of the line that the server sends in the clear, before TLS; empty: there is
  /// none.
  virtual std::string_view greeting() const { return {}; }

  /// Appends the first bytes of a peer to `out`. Called once.
  virtual void login(const part& as, std::string& out) = 0;

  /// Whether the server has let the peer in, so that it may publish.
  bool ready() const { return ready_; }

  /// Appends to `out` a message to the room.
  virtual void publish(std::string_view text, std::string& out) = 0;

  /// Takes the complete messages at the front of `in` and returns their length; the rest is given
  /// again with more bytes after it. Appends answers that the server expects to `out`.
  virtual std::size_t feed(std::string_view in, sink& to, std::string& out) = 0;

  /// The last thing that the server said about itself, which may be why it closes the connection.
  virtual std::string_view last_notice() const { return {}; }

 protected:
  void set_ready() { ready_ = true; }

 private:
  bool ready_ = false;
};

} // namespace asio_chat::bench
