// A journal of a host's own, from nothing: each log is a vector that keeps everything. One that
// writes to a database has the same five functions, and the same promises; test.cpp checks them.
#pragma once

#include <asio_chat/journal.hpp>
#include <asio_chat/log_span.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

class vector_journal final : public asio_chat::journal {
 public:
  vector_journal(boost::asio::any_io_executor executor, std::uint64_t epoch)
      : executor_(std::move(executor))
      , epoch_(epoch) {}

  void follow(std::string room, std::shared_ptr<listener> to, follow_done done) override {
    later([this, room, to, done] {
      log& l = logs_[room];
      l.followers.push_back(to);
      done(log_state{head(l), l.topic});
    });
  }
  void unfollow(std::string room, std::shared_ptr<listener> to, unfollow_done done) override {
    later([this, room, to, done] {
      auto& all = logs_[room].followers;
      if (const auto found = std::ranges::find(all, to); found != all.end()) all.erase(found);
      done();
    });
  }
  void append(asio_chat::entry draft, const asio_chat::identity& author,
              append_done done) override {
    later([this, draft = std::move(draft), author, done]() mutable {
      log& l = logs_[draft.room];
      const std::pair id(author, std::exchange(draft.id, {}));
      if (const auto known = l.ids.find(id); known != l.ids.end() && !id.second.empty()) {
        const asio_chat::entry& first = l.entries[known->second].what;
        return done(appended{first.at, first.time, true});
      }
      l.ids.emplace(id, l.entries.size());
      draft.at = {epoch_, l.entries.size() + 1};
      if (draft.kind == asio_chat::entry_kind::topic) l.topic = draft.text;
      l.entries.push_back({draft, author});
      const record stored = l.entries.back();
      const auto followers = l.followers;
      const std::weak_ptr alive = alive_; // a listener may destroy the journal
      done(appended{stored.what.at, stored.what.time});
      for (const auto& one : followers)
        if (!alive.expired()) one->on_entry(stored);
    });
  }
  void read(std::string room, range part, read_done done) override {
    later([this, room, part, done] { done(page_of(logs_[room], part)); });
  }
  void search(asio_chat::search_query q, search_done done) override {
    later([this, q, done] {
      hits found;
      const auto& all = logs_[q.room].entries;
      for (auto r = all.rbegin(); r != all.rend() && !found.more; ++r) {
        if (!matches(q, r->what)) continue;
        found.more = found.entries.size() == q.limit;
        if (!found.more) found.entries.push_back(r->what);
      }
      std::ranges::reverse(found.entries);
      done(std::move(found));
    });
  }

 private:
  struct log {
    std::vector<record> entries;
    std::map<std::pair<asio_chat::identity, std::string>, std::size_t> ids;
    std::string topic;
    std::vector<std::shared_ptr<listener>> followers;
  };

  /// Calls take effect, and are answered, in their order: never inside the call.
  template <class Task>
  void later(Task task) {
    boost::asio::post(executor_, [alive = std::weak_ptr(alive_), task = std::move(task)]() mutable {
      if (!alive.expired()) task();
    });
  }
  asio_chat::position head(const log& l) const {
    return {l.entries.empty() ? 0 : epoch_, l.entries.size()};
  }
  page page_of(const log& l, const range& part) const {
    page p;
    const auto wanted = asio_chat::span_of(part.of, epoch_, 1, l.entries.size());
    auto first = wanted.first;
    auto end = wanted.end;
    std::size_t bytes = 0;
    const bool backwards = part.of.where == asio_chat::log_range::side::before;
    for (std::uint64_t n = 0; n < wanted.end - wanted.first; ++n) {
      const auto at = backwards ? wanted.end - 1 - n : wanted.first + n;
      bytes += l.entries[at - 1].what.text.size() + entry_overhead;
      if (n == 0 || bytes <= part.bytes) continue;
      (backwards ? first : end) = backwards ? at + 1 : at;
      break;
    }
    for (auto at = first; at < end; ++at)
      p.entries.push_back(l.entries[at - 1]);
    p.earlier = first > 1;
    p.more = end <= l.entries.size();
    p.head = head(l);
    if (asio_chat::is_of_another(part.of, epoch_)) p.compared = log_is::another;
    return p;
  }

  boost::asio::any_io_executor executor_;
  std::uint64_t epoch_;
  std::map<std::string, log> logs_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};
