// Who is where, as far as this client was told.
#pragma once

#include <asio_chat/client.hpp>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace asio_chat::app {

class roster {
 public:
  void observe(const client_event& e);
  void left(const std::string& room) { rooms_.erase(room); }

  bool is_in(const std::string& room) const { return rooms_.contains(room); }
  std::vector<std::string> rooms() const;
  std::vector<std::string> names() const; ///< of all rooms, each once

 private:
  std::map<std::string, std::set<std::string>> rooms_;
};

} // namespace asio_chat::app
