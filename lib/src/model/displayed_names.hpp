// How accounts are displayed beside their names, as clients hear of it.
#pragma once

#include "model/member_marks.hpp"

#include <string>
#include <utility>
#include <vector>

namespace asio_chat {

inline reply list_of_displayed(std::vector<std::string> items) {
  return list_of_marked("display", std::move(items));
}

/// The names, where they are shown: in a client.
class displayed_names : public member_marks {
 public:
  displayed_names()
      : member_marks("display") {}
};

} // namespace asio_chat
