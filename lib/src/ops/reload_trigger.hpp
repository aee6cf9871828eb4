// When files have to be read again: SIGHUP, or a file that is another than before.
#pragma once

#include "base/clock.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace asio_chat::ops {

/// Looks at the files five times a second: that works with every file system, with renamed files,
/// links and directories, and finds a change within half a second. A file counts as changed once it
/// has stayed the same for one look, so that half a file is rarely read.
class reload_trigger {
 public:
  using on_reload = std::function<void(std::string_view why)>;
  static constexpr std::chrono::milliseconds look_interval{200};

  /// To be made before the files are read for the first time, so that no change is missed.
  /// @param time must live as long
  /// @param files of a directory those in it count as well; an empty name is none
  reload_trigger(boost::asio::io_context& context, time_source& time,
                 std::vector<std::string> files);

  void start(on_reload reload);
  /// Neither signal nor file does anything any more.
  void stop();

 private:
  void wait_for_signal();
  void look_later();
  std::uint64_t look() const;

  boost::asio::signal_set signals_;
  time_source& time_;
  std::unique_ptr<timer> timer_;
  std::vector<std::string> files_;
  on_reload reload_;
  std::uint64_t read_;   ///< what the files looked like when they were read
  std::uint64_t seen_;   ///< at the last look
  bool stopped_ = false; ///< a handler may be on its way with good news all the same
};

} // namespace asio_chat::ops
