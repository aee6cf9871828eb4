#include "history.hpp"
#include "history_commands.hpp"

#include "base/atomic_file.hpp"
#include "base/sanitize.hpp"
#include "journal/sqlite/reader.hpp"
#include "model/references.hpp"
#include "wire/reply_lines.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <system_error>

using namespace asio_chat;

namespace {

constexpr std::size_t entries_at_once = 4'096;
constexpr std::size_t bytes_at_once = 4u << 20;

std::string_view name_of(entry_kind k) {
  switch (k) {
  case entry_kind::message:
  case entry_kind::destroyed:
    return "message";
  case entry_kind::action:
    return "action";
  case entry_kind::topic:
    return "topic";
  }
  return "";
}

std::string json_line(const entry& e) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(e.time);
  boost::json::object o{
      {"position", {{"epoch", e.at.epoch}, {"offset", e.at.offset}}},
      {"time", fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", seconds, (e.time - seconds).count())},
      {"from", e.from},
      {"kind", name_of(e.kind)},
      {"text", e.text}};
  if (e.kind == entry_kind::destroyed) o["destroyed"] = true;
  if (e.refers.how != entry_reference::kind::none)
    o["refers"] = {{"how", name_of(e.refers.how)}, {"offset", e.refers.offset}};
  return sanitize_json_for_terminal(boost::json::serialize(o));
}

/// Where it goes: standard output, or a file that is there when all is in it.
class output {
 public:
  explicit output(const std::string& path) {
    if (path.empty()) return;
    file_.emplace(atomic_file::make(path, existing::refused).value());
    to_ = opened_ = std::fopen(file_->unfinished().c_str(), "wbe");
    if (!to_) throw cannot_be_written();
  }
  ~output() {
    if (opened_) std::fclose(opened_);
  }
  output(const output&) = delete;
  output& operator=(const output&) = delete;

  /// @return whether the reader wants more; `| head` does not
  bool line(std::string text) {
    text.push_back('\n');
    if (std::fwrite(text.data(), 1, text.size(), to_) == text.size()) return true;
    if (reader_has_gone()) return false;
    complain();
  }
  void finish() {
    if (std::fflush(to_) != 0 && !reader_has_gone()) complain();
    if (file_) file_->publish().value();
  }

 private:
  bool reader_has_gone() const {
    if (opened_ || errno != EPIPE) return false;
    std::clearerr(to_); // it is no failure
    return true;
  }
  [[noreturn]] void complain() const {
    // Of standard output it is told as of every other command.
    if (!opened_)
      throw std::system_error(errno, std::generic_category(), "standard output cannot be written");
    throw cannot_be_written();
  }
  static error cannot_be_written() {
    return error(fail(errc::storage_failed,
                      fmt::format("the export cannot be written: {}", std::strerror(errno))));
  }

  std::optional<atomic_file> file_;
  std::FILE* to_ = stdout;
  std::FILE* opened_ = nullptr;
};

} // namespace

int export_room(ops::settings& s, const ops::history_request& wanted) {
  const history kept(s);
  const sqlite::known_room known = choose_room(kept, wanted.room);
  const std::string& room = known.name;
  // As a start does: what was cut off, or put back, is not all that was said.
  sqlite::check_history(kept.file, *kept.keys, &known).value();
  std::string why;
  const sqlite::search_index nothing_new({});
  sqlite::reader reader(kept.file, *kept.keys, nothing_new,
                        [&](severity, const std::string& sentence) { why = sentence; });
  output out(wanted.output);
  // In pages: a slow reader of the lines does not keep the journal as it is for so long.
  position last;
  for (bool more = true; more;) {
    const auto page =
        reader.read(room, {{log_range::side::after, last, entries_at_once}, bytes_at_once});
    if (!page) throw error(fail(errc::storage_failed, why));
    if (page->gap && last != position{})
      fmt::print(stderr, "asio-chatd: entries {} to {} were removed meanwhile\n", last.offset + 1,
                 *page->gap - 1);
    for (const journal::record& r : page->entries) {
      const bool as_json = wanted.as == ops::history_request::format::jsonl;
      if (!out.line(as_json ? json_line(r.what) : sanitize_for_terminal(wire::entry_line(r.what))))
        return 0;
      last = r.what.at;
    }
    more = page->more && !page->entries.empty();
  }
  out.finish();
  return 0;
}
