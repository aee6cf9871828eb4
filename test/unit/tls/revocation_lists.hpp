// Revocation lists of any time, such as a CA with a wrong clock makes.
#pragma once

#include "tls/x509/issue.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace asio_chat::tls::test {

struct list_request {
  std::vector<std::string> revoked = {};                ///< serial numbers
  std::chrono::seconds begins = std::chrono::hours(-1); ///< after `now`
  std::chrono::seconds ends = std::chrono::days(30);    ///< after `now`
  std::chrono::system_clock::time_point now = std::chrono::system_clock::now();
};

/// Returns the list in PEM.
std::string make_list(const x509::identity& ca, const list_request& what = {});

std::string serial_of(const x509::identity& who);

} // namespace asio_chat::tls::test
