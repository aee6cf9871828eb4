// The database of a key ring: keys, wrapped.
#pragma once

#include "journal/sqlite/derived_keys.hpp"

#include <SQLiteCpp/Database.h>

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace asio_chat::sqlite {

/// Throws `error` and `SQLite::Exception`; what was begun is undone then.
class key_file {
 public:
  /// Whose key it is: a room's tag, or zeros for the root key.
  using owner = room_tag;
  struct state {
    std::uint32_t number = 0;
    bool destroyed = false;
  };

  enum class use { read, write };

  /// @param masters at least one
  /// @param u to write: made where there is no file
  key_file(const std::string& path, const std::vector<secret_key>& masters, use u);

  std::optional<state> newest(const owner& o);
  secret_key load(const owner& o, std::uint32_t number);
  /// Makes the key after the newest for each of them; returns their numbers. One commit.
  std::vector<std::uint32_t> add(std::span<const owner> owners);
  /// Does so for every room that has a key.
  void renew();
  /// Whether this master key opens all there is.
  bool is_wrapped_by(const secret_key& master);
  void rewrap(const std::vector<secret_key>& masters);
  /// The numbers stay, so that they are not used again.
  void destroy(const owner& o);
  /// The newest key destroyed of each room that has one.
  std::map<owner, std::uint32_t> destroyed();

 private:
  void make();
  void check();
  void insert(const owner& o, std::uint32_t number);
  /// What was wrapped by one of `masters`, whose id is `master`.
  secret_key unwrap(const owner& o, std::uint32_t number, const std::string& master,
                    const std::string& wrapped, const std::vector<master_key>& masters) const;

  std::string path_;
  std::vector<master_key> masters_;
  SQLite::Database db_;
};

} // namespace asio_chat::sqlite
