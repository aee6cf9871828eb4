#include "domain/account_exporter.hpp"

#include "base/utf8.hpp"

#include <fmt/format.h>

#include <utility>

namespace asio_chat {

account_exporter::account_exporter(services s, const identity& account, std::uint64_t asker,
                                   std::uint64_t before)
    : services_(std::move(s))
    , all_(services_.known, account)
    , account_(account)
    , asker_(asker)
    , number_(before + 1) {}

bool account_exporter::has_next(std::uint64_t asker, std::string_view number) const {
  return asker == asker_ && !over_ && number == std::to_string(number_);
}

void account_exporter::make(done then) {
  then_ = std::move(then);
  reads_ = 0;
  go_on_later();
}

void account_exporter::go_on_later() {
  services_.later([self = shared_from_this()] {
    if (!self->services_.in_use.expired()) self->go_on();
  });
}

void account_exporter::go_on() {
  if (!services_.known.find(account_)) {
    over_ = true;
    return std::exchange(then_, nullptr)(fail(errc::login_required, "your account is gone"));
  }
  if (ready_.size() >= max_bytes || reads_ >= max_reads) return give();
  if (!all_.done()) {
    const work_watch::piece one(services_.watch, "export");
    for (std::string& line : all_.next())
      add(std::move(line));
    return go_on_later();
  }
  if (!logs_.empty()) return read();
  if (!listed_) return list();
  finish();
}

void account_exporter::list() {
  ++reads_;
  services_.log.list(from_, [self = shared_from_this()](result<journal::log_list> some) {
    if (self->services_.in_use.expired()) return;
    if (!some) return std::exchange(self->then_, nullptr)(some.error());
    self->logs_ = std::move(some->rooms);
    std::erase_if(self->logs_,
                  [&self](const std::string& log) { return !self->all_.concerns(log); });
    self->from_ = std::move(some->next);
    self->listed_ = self->from_.empty();
    self->go_on();
  });
}

void account_exporter::read() {
  ++reads_;
  services_.turns->add([self = shared_from_this()] {
    if (self->services_.in_use.expired()) return;
    const std::string log = self->logs_.back();
    self->services_.log.read(
        log, {{log_range::side::after, self->place_, entries_at_once}, bytes_at_once},
        [self, log](const result<journal::page>& p) {
          if (self->services_.in_use.expired()) return;
          const work_watch::piece one(self->services_.watch, "answer of export");
          if (p) {
            self->look_at(log, *p);
          } else {
            ++self->unread_;
            self->logs_.pop_back();
            self->place_ = {};
          }
          self->services_.turns->ended();
          self->go_on();
        });
  });
}

void account_exporter::look_at(const std::string& log, const journal::page& p) {
  for (const journal::record& r : p.entries)
    if (auto line = all_.line_of(log, r)) add(*std::move(line));
  if (p.more && !p.entries.empty()) {
    place_ = p.entries.back().what.at;
    return;
  }
  logs_.pop_back();
  place_ = {};
}

void account_exporter::add(std::string line) {
  ready_ += line;
  ready_ += '\n';
  ++lines_;
}

void account_exporter::finish() {
  if (std::exchange(unread_, 0) > 0)
    add(R"({"what":"unreadable","why":"some rooms are damaged, and are not in this"})");
  give();
}

void account_exporter::give() {
  piece made{std::string(prefix_of_bytes(ready_, max_bytes)), 0, lines_};
  ready_.erase(0, made.text.size());
  over_ = all_.done() && listed_ && logs_.empty() && ready_.empty() && unread_ == 0;
  if (over_)
    std::string().swap(ready_); // the member keeps this
  else
    made.next = ++number_;
  std::exchange(then_, nullptr)(std::move(made));
}

} // namespace asio_chat
