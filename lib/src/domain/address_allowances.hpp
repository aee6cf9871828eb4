// What the members of one address share.
#pragma once

#include "domain/allowances.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace asio_chat {

/// Kept as long as a member of the address is here, or anything of it is used up.
class address_allowances {
 public:
  static constexpr std::size_t max_addresses = 65'536;

  /// @param is_unused whether one is as a new one would be
  explicit address_allowances(std::function<bool(const allowances&)> is_unused);

  /// Null for an empty key, and for a new address if there are too many.
  std::shared_ptr<allowances> of(const std::string& key);

 private:
  void forget_some();

  std::function<bool(const allowances&)> is_unused_;
  std::map<std::string, std::shared_ptr<allowances>> addresses_;
  std::string looked_at_; ///< the address that was looked at last
};

} // namespace asio_chat
