#include "testing/link.hpp"

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

namespace asio_chat::testing {

namespace {

constexpr std::size_t piece = 16 * 1024;
constexpr auto slice = std::chrono::milliseconds(10);
constexpr std::size_t slices_in_second = 100;

using shared_stream = std::shared_ptr<transport::stream>;

} // namespace

/// From one end to the other: at most one read and one write under way.
class link::impl::direction final : public transport::stream_owner {
 public:
  direction(impl& in, end from, shared_stream source, shared_stream target)
      : link_(&in)
      , from_(from)
      , source_(std::move(source))
      , target_(std::move(target))
      , timer_(in.time_.make_timer()) {}

  void start() { read(); }
  /// Nothing is done any more; the link may go.
  void stop() {
    link_ = nullptr;
    timer_->cancel();
    source_->close();
    target_->close();
  }
  /// @param bytes_per_second 0: nothing goes through; none: everything
  void set_pace(std::optional<std::size_t> bytes_per_second) {
    pace_ = bytes_per_second;
    owed_ = 0;
    timer_->cancel();
    go_on();
  }

 private:
  void read() {
    source_->async_read_some(boost::asio::buffer(room_),
                             transport::handler_of<&direction::on_read>(*this));
  }
  void on_read(const error_code& e, std::size_t n) {
    if (!link_) return;
    if (e) {
      ended_ = true;
    } else {
      link_->record(from_, {room_.data(), n}, frames_);
      waiting_.append(room_.data(), n);
    }
    go_on();
  }
  void go_on() {
    if (!link_ || writing_ || pace_ == 0) return;
    if (waiting_.empty()) {
      if (ended_) target_->async_shutdown(transport::handler_of<&direction::on_end>(*this));
      return;
    }
    std::size_t n = waiting_.size();
    if (pace_) {
      if (owed_ < slices_in_second) return wait();
      n = std::min(n, owed_ / slices_in_second);
      owed_ -= n * slices_in_second;
    }
    writing_ = true;
    target_->async_write_some(boost::asio::buffer(waiting_.data(), n),
                              transport::handler_of<&direction::on_write>(*this));
  }
  void wait() {
    timer_->wait_until(link_->time_.now() + slice, [this] {
      owed_ += *pace_;
      go_on();
    });
  }
  void on_write(const error_code& e, std::size_t n) {
    writing_ = false;
    if (!link_) return;
    if (e) return;
    waiting_.erase(0, n);
    if (waiting_.empty() && !ended_) read();
    go_on();
  }
  void on_end(const error_code&, std::size_t) {}

  impl* link_; ///< null: stopped
  end from_;
  shared_stream source_;
  shared_stream target_;
  std::unique_ptr<timer> timer_;
  std::array<char, piece> room_{};
  wire::frame_reader frames_{wire::native_payload_cap};
  std::string waiting_; ///< at most one piece
  std::optional<std::size_t> pace_;
  std::size_t owed_ = 0; ///< so many hundredths of bytes may go
  bool writing_ = false;
  bool ended_ = false;
};

link::impl::impl(time_source& time, stream_ptr to_client, stream_ptr to_server)
    : time_(time) {
  const shared_stream client = std::move(to_client);
  const shared_stream server = std::move(to_server);
  both_ = {new direction(*this, end::client, client, server),
           new direction(*this, end::server, server, client)};
  for (const auto& d : both_)
    d->start();
}

link::impl::~impl() {
  cut();
}

void link::impl::cut() {
  if (std::exchange(cut_, true)) return;
  for (const auto& d : both_)
    d->stop();
}

void link::impl::set_pace(std::optional<std::size_t> bytes_per_second) {
  if (cut_) return;
  for (const auto& d : both_)
    d->set_pace(bytes_per_second);
}

void link::impl::record(end from, std::string_view bytes, wire::frame_reader& frames) {
  while (!bytes.empty()) {
    const auto room = frames.prepare();
    const std::size_t n = std::min(room.size(), bytes.size());
    std::memcpy(room.data(), bytes.data(), n);
    frames.commit(n);
    bytes.remove_prefix(n);
    std::string_view payload;
    while (frames.next(payload) == wire::frame_reader::status::frame)
      traffic_.push_back({from, time_.wall_now(), std::string(payload)});
  }
}

void link::cut() {
  impl_->cut();
}
void link::stall() {
  impl_->set_pace(0);
}
void link::heal() {
  impl_->set_pace(std::nullopt);
}
void link::slow(std::size_t bytes_per_second) {
  impl_->set_pace(std::max<std::size_t>(bytes_per_second, 1));
}
bool link::is_cut() const noexcept {
  return impl_->is_cut();
}
const std::vector<recorded>& link::traffic() const noexcept {
  return impl_->traffic();
}

} // namespace asio_chat::testing
