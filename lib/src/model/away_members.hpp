// Who has said that they do not answer, as clients hear of it.
#pragma once

#include "model/member_marks.hpp"

#include <string>
#include <utility>
#include <vector>

namespace asio_chat {

/// Why they are away is no business of a list: `/whois` tells it.
inline std::string away_item(const std::string& name, bool away) {
  return marked_item(name, away ? "away" : "");
}

inline reply list_of_away(std::vector<std::string> items) {
  return list_of_marked("away", std::move(items));
}

/// Those who are away, where they are marked: in a client.
class away_members : public member_marks {
 public:
  away_members()
      : member_marks("away") {}
};

} // namespace asio_chat
