#include "domain/account_exporter.hpp"

#include "base/utf8.hpp"

#include <fmt/format.h>

#include <utility>

namespace asio_chat {

account_exporter::account_exporter(services s, const identity& account, std::string word)
    : services_(std::move(s))
    , all_(services_.known, account)
    , account_(account)
    , word_(std::move(word)) {}

std::string account_exporter::name_of(std::uint64_t number) const {
  return fmt::format("{}-{}", word_, number);
}

bool account_exporter::has(std::string_view asked_for) const {
  if (asked_for == name_of(asked_)) return asked_ > 1;
  return given_ && !given_->next.empty() && asked_for == given_->next;
}

void account_exporter::make(std::string_view asked_for, std::uint64_t asker,
                            std::shared_ptr<read_turns> turns, done then) {
  if (then_)
    std::exchange(then_, nullptr)(
        fail(errc::not_available, "another device of yours has asked for the same piece"));
  if (given_ && asked_for == given_->next) {
    ++asked_;
    given_.reset();
  }
  asker_ = asker;
  turns_ = std::move(turns);
  then_ = std::move(then);
  if (std::exchange(at_work_, true)) return;
  reads_ = 0;
  go_on_later();
}

void account_exporter::answer(const result<piece>& made) {
  at_work_ = false;
  std::exchange(then_, nullptr)(made);
}

void account_exporter::go_on_later() {
  services_.later([self = shared_from_this()] {
    if (!self->services_.in_use.expired()) self->go_on();
  });
}

void account_exporter::go_on() {
  if (!services_.known.find(account_))
    return answer(fail(errc::login_required, "your account is gone"));
  if (given_) return answer(*given_);
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
    if (!some) return self->answer(some.error());
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
  turns_->add([self = shared_from_this(), turns = turns_] {
    if (self->services_.in_use.expired()) return;
    const std::string log = self->logs_.back();
    self->services_.log.read(
        log, {{log_range::side::after, self->place_, entries_at_once}, bytes_at_once},
        [self, log, turns](const result<journal::page>& p) {
          if (self->services_.in_use.expired()) return;
          const work_watch::piece one(self->services_.watch, "answer of export");
          if (p) {
            self->look_at(log, *p);
          } else {
            ++self->unread_;
            self->logs_.pop_back();
            self->place_ = {};
          }
          turns->ended();
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
  piece made{std::string(prefix_of_bytes(ready_, max_bytes)), {}, lines_};
  ready_.erase(0, made.text.size());
  if (all_.done() && listed_ && logs_.empty() && ready_.empty() && unread_ == 0)
    std::string().swap(ready_); // this is kept for a while
  else
    made.next = name_of(asked_ + 1);
  given_ = std::move(made);
  answer(*given_);
}

account_exporter* account_exports::find(const identity& account) {
  const auto found = kept_.find(account);
  if (found == kept_.end()) return nullptr;
  if (!found->second.it->is_at_work() && time_.now() - found->second.asked > kept_for) {
    kept_.erase(found);
    return nullptr;
  }
  found->second.asked = time_.now();
  return found->second.it.get();
}

bool account_exports::keep(const identity& account, std::shared_ptr<account_exporter> made) {
  kept_.erase(account);
  drop_old();
  if (kept_.size() >= max_kept) return false;
  kept_.emplace(account, place{std::move(made), time_.now()});
  return true;
}

void account_exports::drop_old() {
  std::erase_if(kept_, [this](const auto& one) {
    return !one.second.it->is_at_work() && time_.now() - one.second.asked > kept_for;
  });
  if (kept_.size() < max_kept) return;
  auto oldest = kept_.end();
  for (auto it = kept_.begin(); it != kept_.end(); ++it)
    if (!it->second.it->is_at_work() &&
        (oldest == kept_.end() || it->second.asked < oldest->second.asked))
      oldest = it;
  if (oldest != kept_.end()) kept_.erase(oldest);
}

} // namespace asio_chat
