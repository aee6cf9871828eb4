// A journal that a test can make fail, stop, or answer out of order.
#pragma once

#include "accounts/name_store.hpp"
#include "base/scheduler.hpp"

#include <asio_chat/journal.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace asio_chat::test {

class failing_journal final : public journal, public name_store {
 public:
  failing_journal(journal& good, scheduler later)
      : good_(good)
      , later_(std::move(later)) {}

  /// While it is set, every call fails with it.
  std::optional<failure> broken;
  std::optional<failure> broken_reads; ///< reads alone do
  std::size_t reads = 0;               ///< asked for
  std::vector<std::string> drops_of;   ///< rooms whose logs were to be dropped
  std::size_t trims_asked = 0;         ///< pieces of logs
  bool index_incomplete = false;       ///< searches are answered so
  std::string head_line;               ///< see `head`
  bool slow_reads = false;             ///< answered after whatever else is under way
  bool slow_appends = false;           ///< likewise: what is stored can be read before that is said
  /// What the next position with a tag that is read after is found to be.
  log_is compared = log_is::as_known;
  bool can_destroy = true;
  std::optional<failure> cannot_destroy; ///< why
  bool stopped = false;                  ///< the disk has stopped: requests wait for `go`

  std::size_t waiting() const { return waiting_.size(); }
  void go() {
    stopped = false;
    for (const auto& call : std::exchange(waiting_, {}))
      call();
  }

  void follow(std::string room, std::shared_ptr<listener> to, follow_done done) override {
    if (broken) return fail_later<log_state>(std::move(done));
    call([this, room, to, done] {
      const auto ear = ears_.emplace(to.get(), std::make_shared<slow_ear>(*this, to)).first->second;
      good_.follow(room, ear, done);
    });
  }
  void unfollow(std::string room, std::shared_ptr<listener> to, unfollow_done done) override {
    call([this, room, to, done] {
      const auto ear = ears_.extract(to.get());
      good_.unfollow(room, ear ? ear.mapped() : nullptr, done);
    });
  }
  void append(entry draft, const identity& author, append_done done) override {
    if (broken) return fail_later<appended>(std::move(done));
    if (slow_appends) done = [this, done](auto a) { later_([done, a] { done(a); }); };
    call([this, draft, author, done] { good_.append(draft, author, done); });
  }
  void read(std::string room, range part, read_done done) override {
    ++reads;
    if (broken_reads) return later_([done, why = *broken_reads] { done(why); });
    if (broken) return fail_later<page>(std::move(done));
    if (part.of.from.tag != 0) {
      const log_is found = std::exchange(compared, log_is::as_known);
      if (found == log_is::another) part.of.from = {};
      done = [done, found](auto p) {
        if (p && found != log_is::as_known) p->compared = found;
        done(std::move(p));
      };
    }
    if (slow_reads) done = [this, done](auto p) { later_([done, p] { done(p); }); };
    call([this, room, part, done] { good_.read(room, part, done); });
  }
  void search(search_query q, search_done done) override {
    if (broken) return fail_later<hits>(std::move(done));
    call([this, q, part = index_incomplete, done] {
      good_.search(q, [part, done](result<hits> h) {
        if (h) h->incomplete = part;
        done(std::move(h));
      });
    });
  }

  bool destroys() const noexcept override { return can_destroy; }
  void destroy(std::string room, std::vector<std::uint64_t> offsets, destroy_done done) override {
    const auto why = broken ? broken : cannot_destroy;
    if (why) return later_([done = std::move(done), why] { done(*why); });
    call([this, room, offsets, done] { good_.destroy(room, offsets, done); });
  }

  bool drops() const noexcept override { return good_.drops(); }
  void drop(std::string room, wall_time quiet, drop_done done) override {
    drops_of.push_back(room);
    if (broken) return later_([done = std::move(done), why = *broken] { done(why); });
    call([this, room, quiet, done] { good_.drop(room, quiet, done); });
  }

  bool trims() const noexcept override { return good_.trims(); }
  void trim(std::string room, std::uint64_t entries, wall_time since, trim_done done) override {
    ++trims_asked;
    if (broken) return later_([done = std::move(done), why = *broken] { done(why); });
    call([this, room, entries, since, done] { good_.trim(room, entries, since, done); });
  }

  bool lists() const noexcept override { return good_.lists(); }
  void list(std::string from, list_done done) override {
    if (broken) return fail_later<log_list>(std::move(done));
    call([this, from, done] { good_.list(from, done); });
  }

  std::string head() const override { return head_line; }

  std::vector<held_name> held_names() override { return {}; }
  void hold(held_name, change_done d) override {
    call([this, d] { later_(d); });
  }
  void release(const identity&, change_done d) override {
    call([this, d] { later_(d); });
  }

 private:
  /// Between the journal and who follows it: an entry comes behind the answer to its append.
  class slow_ear final : public listener {
   public:
    slow_ear(failing_journal& owner, std::shared_ptr<listener> to)
        : owner_(owner)
        , to_(std::move(to)) {}
    void on_entry(record next) override {
      if (!owner_.slow_appends) return to_->on_entry(std::move(next));
      owner_.later_([to = to_, next] { to->on_entry(next); });
    }

   private:
    failing_journal& owner_;
    std::shared_ptr<listener> to_;
  };

  template <class Call>
  void call(Call c) {
    if (!stopped) return c();
    waiting_.push_back(std::move(c));
  }
  template <class T, class Done>
  void fail_later(Done done) {
    later_([done = std::move(done), why = *broken] { done(result<T>(why)); });
  }

  journal& good_;
  scheduler later_;
  std::vector<std::function<void()>> waiting_;
  std::map<listener*, std::shared_ptr<slow_ear>> ears_;
};

} // namespace asio_chat::test
