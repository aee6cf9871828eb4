// What proved each member that one has heard from, so that another one under the same name is
// noticed.
#pragma once

#include "display.hpp"

#include "base/clock.hpp"

#include <asio_chat/client.hpp>
#include <asio_chat/error.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace asio_chat::app {

/// Keeps the names with what proved them (`member_joined::proof`) in a file for each server, its
/// owner's alone (0600). Several clients may use it: each adds what it has learnt to what is there.
/// It is replaced as a whole, a second after a change at the latest. Who proves nothing is not
/// kept.
class known_members {
 public:
  static constexpr std::size_t max_kept = 10'000; ///< names; who was not heard from longest goes
  using complaint = std::function<void(const std::string& sentence)>;

  /// @param file empty: nothing is kept
  /// @param time must live as long
  /// @param complain of a file that cannot be read or written, once for each
  known_members(std::filesystem::path file, time_source& time, complaint complain);

  /// @param own_name of the person, whom it is not about
  /// @returns who is another one than before, which is said once
  std::vector<changed_member> observe(const client_event& e, std::string_view own_name);
  /// Something was said to that one, if they are here.
  void spoke_with(const std::string& name);
  /// Keeps what is not kept yet.
  void end();

 private:
  struct kept_proof {
    std::string proof;
    std::uint64_t heard; ///< grows
    bool changed;        ///< since the file was read or written
  };
  struct bearer {
    std::string proof; ///< empty: none
    bool guest;
  };
  using kept_map = std::map<std::string, kept_proof, std::less<>>;

  std::optional<changed_member> meet(const std::string& room, const std::string& name, bearer who);
  void keep(const std::string& name, const std::string& proof);
  void drop_oldest();
  result<void> read();
  result<void> save();
  void save_or_complain();

  const std::filesystem::path file_;
  time_source& time_;
  const complaint complain_;
  std::unique_ptr<timer> timer_;
  bool waiting_ = false;     ///< for the moment to save
  bool failed_ = false;      ///< to save, which was told
  bool proofs_come_ = false; ///< from this server
  std::uint64_t heard_ = 0;
  kept_map kept_;
  std::map<std::string, bearer, std::less<>> here_; ///< at most `max_kept`
  std::set<std::string, std::less<>> told_guests_;
};

/// `ADDRESS.members` there; empty if there is no such place.
std::filesystem::path members_file(const std::filesystem::path& directory,
                                   const std::string& address);

} // namespace asio_chat::app
