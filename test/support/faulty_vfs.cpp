#include "support/faulty_vfs.hpp"

#include <sqlite3.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

#include <unistd.h>

namespace asio_chat::test {

namespace {

/// The file of the system follows it in memory.
struct file {
  sqlite3_file base;
  faulty_vfs* disk;
  std::string* path;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

sqlite3_vfs* system_vfs() {
  static sqlite3_vfs* const found = ::sqlite3_vfs_find("unix");
  return found;
}

std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

} // namespace

struct faulty_vfs::methods {
  static file* of(sqlite3_file* f) { return reinterpret_cast<file*>(f); }
  static faulty_vfs& of(sqlite3_vfs* v) { return *static_cast<faulty_vfs*>(v->pAppData); }

  static int open(sqlite3_vfs* v, const char* name, sqlite3_file* f, int flags, int* out) {
    faulty_vfs& disk = of(v);
    const std::string path = name ? name : "";
    f->pMethods = nullptr;
    const std::lock_guard lock(disk.mutex_);
    if (const int failed = disk.ask(call::open, path); failed != SQLITE_OK) return failed;
    disk.image_of(path);
    std::memset(static_cast<void*>(of(f)->real()), 0,
                static_cast<std::size_t>(system_vfs()->szOsFile));
    const int done = system_vfs()->xOpen(system_vfs(), name, of(f)->real(), flags, out);
    if (done != SQLITE_OK) return done;
    f->pMethods = &io;
    of(f)->disk = &disk;
    of(f)->path = new std::string(path);
    return SQLITE_OK;
  }
  static int remove(sqlite3_vfs* v, const char* name, int sync_directory) {
    faulty_vfs& disk = of(v);
    const std::lock_guard lock(disk.mutex_);
    if (const int failed = disk.ask(call::remove, name); failed != SQLITE_OK) return failed;
    image& i = disk.image_of(name);
    i.pending.clear();
    if (sync_directory) {
      i = {};
    } else if (i.exists) {
      i.pending.push_back({0, {}, true}); // for a new file under the same name
    }
    return system_vfs()->xDelete(system_vfs(), name, sync_directory);
  }

  static int close(sqlite3_file* f) {
    delete of(f)->path;
    return of(f)->real()->pMethods->xClose(of(f)->real());
  }
  static int read(sqlite3_file* f, void* to, int size, sqlite3_int64 offset) {
    {
      const std::lock_guard lock(of(f)->disk->mutex_);
      const int failed = of(f)->disk->ask(call::read, *of(f)->path);
      if (failed != SQLITE_OK) return failed;
    }
    return of(f)->real()->pMethods->xRead(of(f)->real(), to, size, offset);
  }
  static int write(sqlite3_file* f, const void* from, int size, sqlite3_int64 offset) {
    faulty_vfs& disk = *of(f)->disk;
    const std::lock_guard lock(disk.mutex_);
    if (const int failed = disk.ask(call::write, *of(f)->path); failed != SQLITE_OK) return failed;
    const std::string bytes(static_cast<const char*>(from), static_cast<std::size_t>(size));
    disk.image_of(*of(f)->path).pending.push_back({offset, bytes, false});
    return of(f)->real()->pMethods->xWrite(of(f)->real(), from, size, offset);
  }
  static int truncate(sqlite3_file* f, sqlite3_int64 size) {
    faulty_vfs& disk = *of(f)->disk;
    const std::lock_guard lock(disk.mutex_);
    if (const int failed = disk.ask(call::truncate, *of(f)->path); failed != SQLITE_OK)
      return failed;
    disk.image_of(*of(f)->path).pending.push_back({size, {}, true});
    return of(f)->real()->pMethods->xTruncate(of(f)->real(), size);
  }
  static int sync(sqlite3_file* f, int) {
    faulty_vfs& disk = *of(f)->disk;
    const std::lock_guard lock(disk.mutex_);
    if (const int failed = disk.ask(call::sync, *of(f)->path); failed != SQLITE_OK) return failed;
    image& i = disk.image_of(*of(f)->path);
    for (const change& c : std::exchange(i.pending, {}))
      apply(i.durable, c);
    i.exists = true;
    ++disk.syncs_;
    return SQLITE_OK; // the power is not really cut
  }

  // The rest is the system's.
  static int size(sqlite3_file* f, sqlite3_int64* s) {
    return of(f)->real()->pMethods->xFileSize(of(f)->real(), s);
  }
  static int lock(sqlite3_file* f, int level) {
    return of(f)->real()->pMethods->xLock(of(f)->real(), level);
  }
  static int unlock(sqlite3_file* f, int level) {
    return of(f)->real()->pMethods->xUnlock(of(f)->real(), level);
  }
  static int check_reserved(sqlite3_file* f, int* out) {
    return of(f)->real()->pMethods->xCheckReservedLock(of(f)->real(), out);
  }
  static int control(sqlite3_file* f, int operation, void* argument) {
    return of(f)->real()->pMethods->xFileControl(of(f)->real(), operation, argument);
  }
  static int sector_size(sqlite3_file* f) {
    return of(f)->real()->pMethods->xSectorSize(of(f)->real());
  }
  static int characteristics(sqlite3_file* f) {
    return of(f)->real()->pMethods->xDeviceCharacteristics(of(f)->real());
  }
  static int map(sqlite3_file* f, int page, int bytes, int extend, void volatile** out) {
    return of(f)->real()->pMethods->xShmMap(of(f)->real(), page, bytes, extend, out);
  }
  static int lock_map(sqlite3_file* f, int offset, int n, int flags) {
    return of(f)->real()->pMethods->xShmLock(of(f)->real(), offset, n, flags);
  }
  static void barrier(sqlite3_file* f) { of(f)->real()->pMethods->xShmBarrier(of(f)->real()); }
  static int unmap(sqlite3_file* f, int and_delete) {
    return of(f)->real()->pMethods->xShmUnmap(of(f)->real(), and_delete);
  }

  static const sqlite3_io_methods io;
};

const sqlite3_io_methods faulty_vfs::methods::io = {
    2,      close,          read,    write,       truncate,        sync, size,     lock,
    unlock, check_reserved, control, sector_size, characteristics, map,  lock_map, barrier,
    unmap,  nullptr,        nullptr};

faulty_vfs::faulty_vfs(std::string name)
    : name_(std::move(name))
    , vfs_(std::make_unique<sqlite3_vfs>(*system_vfs())) {
  vfs_->pNext = nullptr;
  vfs_->zName = name_.c_str();
  vfs_->pAppData = this;
  vfs_->szOsFile = static_cast<int>(sizeof(file)) + system_vfs()->szOsFile;
  vfs_->xOpen = &methods::open;
  vfs_->xDelete = &methods::remove;
  // These read the state of the system's file.
  vfs_->xAccess = [](sqlite3_vfs*, const char* path, int flags, int* out) {
    return system_vfs()->xAccess(system_vfs(), path, flags, out);
  };
  vfs_->xFullPathname = [](sqlite3_vfs*, const char* path, int size, char* out) {
    return system_vfs()->xFullPathname(system_vfs(), path, size, out);
  };
  if (::sqlite3_vfs_register(vfs_.get(), 0) != SQLITE_OK)
    throw std::runtime_error("no VFS " + name_);
}

faulty_vfs::~faulty_vfs() {
  ::sqlite3_vfs_unregister(vfs_.get());
}

void faulty_vfs::set_fault(fault f) {
  const std::lock_guard lock(mutex_);
  fault_ = std::move(f);
}

void faulty_vfs::fill_disk() {
  set_fault([](call c, const std::string&) { return c == call::write ? SQLITE_FULL : SQLITE_OK; });
}

int faulty_vfs::ask(call c, const std::string& path) {
  if (powerless_ && c != call::read) return SQLITE_IOERR;
  return fault_ ? fault_(c, path) : SQLITE_OK;
}

faulty_vfs::image& faulty_vfs::image_of(const std::string& path) {
  const auto [found, is_new] = images_.try_emplace(path);
  if (is_new && ::access(path.c_str(), F_OK) == 0)
    found->second = {true, content_of(path), {}}; // older than this disk
  return found->second;
}

void faulty_vfs::apply(std::string& content, const change& c) {
  const auto offset = static_cast<std::size_t>(c.offset);
  if (c.truncation) {
    content.resize(offset);
  } else {
    if (content.size() < offset + c.bytes.size()) content.resize(offset + c.bytes.size());
    content.replace(offset, c.bytes.size(), c.bytes);
  }
}

void faulty_vfs::cut_power() {
  const std::lock_guard lock(mutex_);
  powerless_ = true;
}

void faulty_vfs::restore_power(const std::function<bool()>& survives) {
  const std::lock_guard lock(mutex_);
  for (auto& [path, i] : images_) {
    for (const change& c : std::exchange(i.pending, {})) {
      if (!survives()) continue;
      apply(i.durable, c);
      i.exists = true;
    }
    ::unlink((path + "-shm").c_str()); // in truth it is memory
    if (i.exists) {
      std::ofstream(path, std::ios::binary | std::ios::trunc) << i.durable;
    } else {
      ::unlink(path.c_str());
    }
  }
  powerless_ = false;
}

std::uint64_t faulty_vfs::syncs() const {
  const std::lock_guard lock(mutex_);
  return syncs_;
}

} // namespace asio_chat::test
