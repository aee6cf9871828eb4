// A journal that can be told to fail.
#pragma once

#include "base/scheduler.hpp"
#include "journal/journal.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace asio_chat::test {

class failing_journal final : public journal {
 public:
  failing_journal(journal& good, scheduler later)
      : good_(good)
      , later_(std::move(later)) {}

  /// While it is set, every call fails with it.
  std::optional<failure> broken;
  std::size_t reads = 0;         ///< asked for
  bool index_incomplete = false; ///< searches are answered so
  bool slow_reads = false;       ///< answered after whatever else is under way

  void open(std::string room, open_done done) override {
    if (broken) return fail_later<log_state>(std::move(done));
    good_.open(std::move(room), std::move(done));
  }
  void close(const std::string& room) override { good_.close(room); }
  void append(entry draft, const identity& author, append_done done) override {
    if (broken) return fail_later<appended>(std::move(done));
    good_.append(std::move(draft), author, std::move(done));
  }
  void read(std::string room, range part, read_done done) override {
    ++reads;
    if (broken) return fail_later<page>(std::move(done));
    if (!slow_reads) return good_.read(std::move(room), part, std::move(done));
    good_.read(std::move(room), part, [later = later_, done = std::move(done)](const auto& p) {
      later([done, p] { done(p); });
    });
  }
  void search(search_query q, search_done done) override {
    if (broken) return fail_later<hits>(std::move(done));
    good_.search(std::move(q), [part = index_incomplete, done = std::move(done)](result<hits> h) {
      if (h) h->incomplete = part;
      done(std::move(h));
    });
  }

 private:
  template <class T, class Done>
  void fail_later(Done done) {
    later_([done = std::move(done), why = *broken] { done(result<T>(why)); });
  }

  journal& good_;
  scheduler later_;
};

} // namespace asio_chat::test
