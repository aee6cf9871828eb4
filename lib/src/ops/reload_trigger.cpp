#include "ops/reload_trigger.hpp"

#include <boost/container_hash/hash.hpp>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <utility>

#include <sys/stat.h>

namespace asio_chat::ops {

namespace {

namespace fs = std::filesystem;

void add(std::size_t& all, const std::string& file) {
  struct stat s {};
  if (::stat(file.c_str(), &s) != 0) s = {};
  boost::hash_combine(all, s.st_ino);
  boost::hash_combine(all, s.st_size);
  boost::hash_combine(all, s.st_mtim.tv_sec);
  boost::hash_combine(all, s.st_mtim.tv_nsec);
  if (!S_ISDIR(s.st_mode)) return;
  std::vector<std::string> inside;
  std::error_code e;
  for (fs::directory_iterator entry(file, e), end; !e && entry != end; entry.increment(e))
    if (!entry->is_directory(e)) inside.push_back(entry->path().string());
  std::ranges::sort(inside);
  for (const auto& one : inside) {
    boost::hash_combine(all, one);
    add(all, one);
  }
}

} // namespace

reload_trigger::reload_trigger(boost::asio::io_context& context, time_source& time,
                               std::vector<std::string> files)
    : signals_(context, SIGHUP)
    , time_(time)
    , timer_(time.make_timer())
    , files_(std::move(files)) {
  std::erase(files_, std::string());
  read_ = seen_ = look();
}

void reload_trigger::start(on_reload reload) {
  reload_ = std::move(reload);
  wait_for_signal();
  look_later();
}

void reload_trigger::stop() {
  stopped_ = true;
  signals_.clear();
  signals_.cancel();
  timer_->cancel();
}

void reload_trigger::wait_for_signal() {
  signals_.async_wait([this](const boost::system::error_code& e, int) {
    if (e || stopped_) return;
    wait_for_signal();
    read_ = seen_ = look();
    reload_("SIGHUP");
  });
}

void reload_trigger::look_later() {
  if (files_.empty()) return;
  timer_->wait_until(time_.now() + look_interval, [this] {
    look_later();
    const auto now = look();
    if (now != seen_) {
      seen_ = now;
    } else if (now != read_) {
      read_ = now;
      reload_("a file has changed");
    }
  });
}

std::uint64_t reload_trigger::look() const {
  std::size_t all = 0;
  for (const auto& file : files_)
    add(all, file);
  return all;
}

} // namespace asio_chat::ops
