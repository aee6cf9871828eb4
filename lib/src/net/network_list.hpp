#pragma once

#include "net/address_key.hpp"

#include <asio_chat/error.hpp>

#include <string>
#include <vector>

namespace asio_chat::net {

/// Addresses and networks.
class network_list {
 public:
  /// @param text `192.0.2.0/24`, `2001:db8::/32`, or a single address
  result<void> add(const std::string& text);
  bool contains(const boost::asio::ip::address& a) const;
  bool empty() const noexcept { return networks_.empty(); }

 private:
  struct network {
    address_key first; ///< of an IPv4 address the one that stands for it
    unsigned bits;
  };
  std::vector<network> networks_;
};

} // namespace asio_chat::net
