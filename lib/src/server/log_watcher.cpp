#include "server/log_watcher.hpp"

#include "server/server_impl.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>

#include <utility>

namespace asio_chat::detail {

namespace asio = boost::asio;

namespace {

constexpr std::size_t entries_in_page = 100;

failure aborted() {
  return {asio::error::operation_aborted, "the watch was cancelled"};
}

failure server_gone() {
  return fail(errc::server_stopping, "the server has stopped");
}

const position& place_of(const watched& w, position& of_gap) {
  if (const auto* e = std::get_if<entry>(&w)) return e->at;
  const position& next = std::get<entries_missed>(w).next;
  of_gap = {next.epoch, next.offset == 0 ? 0 : next.offset - 1};
  return of_gap;
}

const std::string& room_of(const watched& w) {
  return std::visit([](const auto& one) -> const std::string& { return one.room; }, w);
}

} // namespace

log_watch_base::impl::impl(const transport::completion_owner& owner, journal& logs,
                           std::map<std::string, position> after,
                           std::weak_ptr<server_base::impl> of)
    : owner_(owner)
    , of_(std::move(of))
    , logs_(&logs)
    , read_(std::move(after))
    , received_(read_) {
  for (const auto& [room, at] : read_)
    behind_.insert(room);
}

void log_watch_base::impl::check_call(const char* operation) const {
  if (const auto chat = of_.lock()) chat->check_call("log_watch", operation);
}

void log_watch_base::impl::receive(handler h) {
  if (waiting_) {
    waiting(owner_,
            std::move(h))(fail(errc::bad_arguments, "this watch is being waited for already"));
    return;
  }
  auto slot = asio::get_associated_cancellation_slot(h);
  waiting_ = waiting(owner_, std::move(h));
  if (slot.is_connected()) {
    // A slot may be used when its operation has completed, and another one is under way.
    slot.assign([weak = weak_from_this(), executor = owner_.executor,
                 number = ++number_](asio::cancellation_type) {
      // A signal may be emitted on another thread, by a coroutine that runs elsewhere.
      asio::dispatch(executor, [weak, number] {
        const auto alive = weak.lock();
        if (alive && alive->number_ == number) alive->cancel();
      });
    });
  }
  go_on();
}

void log_watch_base::impl::cancel() {
  if (waiting_) give(aborted());
}

void log_watch_base::impl::stored(const std::string& room, const position& at) {
  const auto [known, is_new] = read_.try_emplace(room, position{at.epoch, at.offset - 1});
  if (is_new) received_.emplace(room, known->second);
  if (known->second.epoch == at.epoch && known->second.offset >= at.offset) return;
  behind_.insert(room);
  go_on();
}

void log_watch_base::impl::last() {
  last_ = true;
  go_on();
}

void log_watch_base::impl::end() {
  logs_ = nullptr;
  page_.clear();
  if (waiting_) give(server_gone());
}

void log_watch_base::impl::go_on() {
  if (!waiting_) return;
  if (!page_.empty()) {
    watched next = std::move(page_.front());
    page_.pop_front();
    position of_gap;
    received_[room_of(next)] = place_of(next, of_gap);
    return give(std::move(next));
  }
  if (logs_ == nullptr) return give(server_gone());
  if (reading_) return;
  if (!behind_.empty()) return read(*behind_.begin());
  if (last_) give(server_gone());
}

void log_watch_base::impl::read(const std::string& room) {
  reading_ = true;
  const std::string its_name = room;
  behind_.erase(its_name); // what is stored while this is read puts it back
  const journal::range range{{log_range::side::after, read_.at(its_name), entries_in_page}};
  logs_->read(its_name, range, [self = weak_from_this(), its_name](const auto& p) {
    if (const auto alive = self.lock()) alive->on_page(its_name, p);
  });
}

void log_watch_base::impl::on_page(const std::string& room, const result<journal::page>& p) {
  reading_ = false;
  if (!p) {
    behind_.insert(room); // the next call tries again
    if (waiting_) give(fail(errc::storage_failed, "the log of " + room + " cannot be read now"));
    return;
  }
  position& known = read_.at(room);
  const bool another = known.offset > 0 && p->compared != journal::log_is::as_known;
  const position first =
      p->entries.empty() ? position{p->head.epoch, p->head.offset + 1} : p->entries.front().what.at;
  if (p->gap || another) page_.emplace_back(entries_missed{room, known, first});
  for (const journal::record& r : p->entries)
    page_.emplace_back(r.what);
  known = p->entries.empty() ? p->head : p->entries.back().what.at;
  if (p->more) behind_.insert(room);
  go_on();
}

void log_watch_base::impl::give(result<watched> what) {
  ++number_;
  std::exchange(waiting_, {})(std::move(what));
}

} // namespace asio_chat::detail
