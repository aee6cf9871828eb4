// A disk that fails when a test says so, and forgets what was not synced when its power is cut.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

struct sqlite3_vfs;

namespace asio_chat::test {

/// A VFS of SQLite in front of the system's; files are where they would be without it. It is
/// registered under its name as long as it exists, and must outlive all connections.
///
/// A power cut:
///
///     vfs.cut_power();        // code that still runs writes nothing any more
///     journal.reset();
///     vfs.restore_power();    // files are as they were last synced
///     journal = open_again();
class faulty_vfs {
 public:
  enum class call { open, read, write, sync, truncate, remove };
  /// Decides what a call of SQLite returns; SQLITE_OK carries it out. It is called on any thread,
  /// one call at a time.
  using fault = std::function<int(call, const std::string& path)>;

  explicit faulty_vfs(std::string name = "faulty");
  ~faulty_vfs();
  faulty_vfs(const faulty_vfs&) = delete;
  faulty_vfs& operator=(const faulty_vfs&) = delete;

  const std::string& name() const noexcept { return name_; }

  void set_fault(fault f);
  /// Every write fails as it does on a full disk.
  void fill_disk();
  void repair() { set_fault({}); }

  void cut_power();
  /// @param survives decides for each write that was not synced, in the order of each file, whether
  ///   it reached the disk; on a real disk any of them may have. By default none did.
  void restore_power(const std::function<bool()>& survives = [] { return false; });

  std::uint64_t syncs() const;

  struct methods;

 private:
  struct change {
    std::int64_t offset; ///< of a write; of a truncation the new size
    std::string bytes;
    bool truncation;
  };
  struct image {
    bool exists = false; ///< whether the file would exist after a power cut
    std::string durable;
    std::vector<change> pending;
  };
  static void apply(std::string& content, const change& c);

  int ask(call c, const std::string& path);
  image& image_of(const std::string& path);

  const std::string name_;
  mutable std::mutex mutex_;
  fault fault_;
  bool powerless_ = false;
  std::uint64_t syncs_ = 0;
  std::map<std::string, image> images_;
  std::unique_ptr<sqlite3_vfs> vfs_;
};

} // namespace asio_chat::test
