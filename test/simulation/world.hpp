// A server, its disk and its users, driven by a seed.
#pragma once

#include "disk_journal.hpp"
#include "new_device.hpp"
#include "person.hpp"

#include "support/task_queue.hpp"
#include "testing/manual_clock.hpp"
#include "unit/domain/world.hpp"

#include <cstdint>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace asio_chat::simulation {

/// Every step depends on the seed alone: the same seed gives the same run.
class world {
 public:
  explicit world(std::uint64_t seed);
  ~world();

  /// Runs, waits until nothing is left to do, and checks. Throws `broken_promise`.
  void run(std::size_t steps);
  /// A digest of the run: it stays the same as long as the code behaves the same.
  std::uint64_t trace() const noexcept { return trace_; }
  std::uint64_t entries() const noexcept;
  std::uint64_t crashes() const noexcept { return crashes_; }
  std::uint64_t forgotten() const noexcept { return forgotten_; }

 private:
  void start();
  void step();
  void crash();
  void retain();
  void moderate(person& p);
  person* leaving();
  void forget();
  void retire(person& p);
  /// What the disk calls a room of that person.
  std::string log_of(const person& p, const std::string& room) const;
  const disk::log& log_in(const std::string& name) const;
  void speak(person& p);
  void rest();
  /// @name Keys, retention, app passwords and codes: see `world_secrets.cpp`
  /// @{
  void add_secrets();
  void try_secrets(person& p);
  void come(person& p);
  bool knows_key(const person& p) const noexcept;
  void change_key();
  void keep_less(std::uint64_t entries);
  void ask_for_new_device();
  void type_code();
  void check_device() const;
  void check_secrets() const;
  /// @}
  void check() const;
  void check_promises(const person& p) const;
  bool is_forgotten(const identity& who) const;
  void check_pins(const std::string& room) const;
  void check_ignored(const person& p) const;
  void check_forgotten(const person& p) const;
  void check_gone(const std::string& log, const person::promise& removal) const;
  void check_view(const person& p, const std::string& room, const person::view& v) const;

  std::uint64_t draw(std::uint64_t below);
  person& anybody() { return *people_[draw(people_.size())]; }
  void mix(std::uint64_t value) noexcept;

  std::mt19937_64 random_;
  std::uint64_t trace_ = 0;
  std::uint64_t crashes_ = 0;
  std::uint64_t said_ = 0;
  std::uint64_t forgotten_ = 0;
  testing::manual_clock clock_;
  server_counters counters_;
  limits limits_;
  test::task_queue tasks_;
  disk disk_;
  std::vector<std::string> rooms_{"lobby", "den"};
  std::set<std::string> keys_;
  std::uint64_t devices_ = 0;
  std::unique_ptr<new_device> device_; ///< the newest one
  std::vector<std::unique_ptr<person>> people_;
  test::plain_hasher passwords_{tasks_.later()};
  test::plain_secrets drawn_;
  std::unique_ptr<disk_journal> journal_;
  std::unique_ptr<hub> hub_;
};

} // namespace asio_chat::simulation
