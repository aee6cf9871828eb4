#include "typed_journal.hpp"

#include "line_history.hpp"

#include "base/atomic_file.hpp"
#include "base/utf8.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <utility>

namespace asio_chat::app {

namespace json = boost::json;

namespace {

/// Below that size a file is not worth writing anew.
constexpr std::size_t small = std::size_t{64} * 1024;

failure cannot_keep(const std::string& why) {
  return fail(errc::bad_setting, "cannot keep what is typed: " + why);
}

std::string string_in(const json::object& o, std::string_view key) {
  const json::value* v = o.if_contains(key);
  const json::string* text = v ? v->if_string() : nullptr;
  return text ? std::string(text->begin(), text->end()) : std::string();
}

std::string record_of(const json::object& o) {
  return json::serialize(o) + "\n";
}

std::string draft_record(const std::string& in, const std::string& text) {
  return record_of({{"draft", in}, {"text", text}});
}

/// What a key does to a long text takes no more than a short record.
std::string change_record(const std::string& in, std::string_view before, std::string_view text) {
  const auto head = std::ranges::mismatch(before, text).in2 - text.begin();
  std::size_t kept = static_cast<std::size_t>(head);
  // JSON has whole characters.
  const auto inside = [](std::string_view t, std::size_t at) {
    return at < t.size() && (static_cast<unsigned char>(t[at]) & 0xC0U) == 0x80;
  };
  while (kept > 0 && (inside(text, kept) || inside(before, kept)))
    --kept;
  std::size_t tail = 0;
  const std::size_t most = std::min(before.size(), text.size()) - kept;
  while (tail < most && before[before.size() - 1 - tail] == text[text.size() - 1 - tail])
    ++tail;
  while (tail > 0 && inside(text, text.size() - tail))
    --tail;
  const std::string_view put = text.substr(kept, text.size() - tail - kept);
  return record_of({{"change", in},
                    {"head", kept},
                    {"tail", tail},
                    {"text", json::string_view(put.data(), put.size())}});
}

/// @return none: it is no change of that text
std::optional<std::string> changed(const std::string& before, const json::object& record) {
  const auto number = [&](const char* key) {
    const json::value* v = record.if_contains(key);
    return v && v->is_int64() && v->as_int64() >= 0 ? static_cast<std::size_t>(v->as_int64())
                                                    : before.size() + 1;
  };
  const std::size_t head = number("head");
  const std::size_t tail = number("tail");
  if (head > before.size() || tail > before.size() - head) return std::nullopt;
  return before.substr(0, head) + string_in(record, "text") + before.substr(before.size() - tail);
}

std::string line_record(const typed_journal::line& l, const std::string& typed_in) {
  const auto when =
      std::chrono::duration_cast<std::chrono::milliseconds>(l.when.time_since_epoch());
  json::object o{{"id", l.id}, {"in", l.in}, {"text", l.text}, {"when", when.count()}};
  if (!typed_in.empty()) o["typed_in"] = typed_in;
  if (l.action) o["action"] = true;
  if (!l.why.empty()) o["why"] = l.why;
  return record_of(o);
}

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(file, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

} // namespace

result<typed_journal> typed_journal::open(const std::filesystem::path& path) {
  typed_journal j(path);
  j.load();
  if (const auto written = j.rewrite(); !written) return written.error();
  return j;
}

void typed_journal::load() {
  const file_descriptor file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  std::string all;
  std::array<char, 16384> block;
  ssize_t n = 0;
  while ((n = ::read(file.get(), block.data(), block.size())) > 0)
    all.append(block.data(), static_cast<std::size_t>(n));
  // What has no end was cut by the end of the program.
  for (std::size_t begin = 0, end = 0; (end = all.find('\n', begin)) != std::string::npos;
       begin = end + 1)
    take(std::string_view(all).substr(begin, end - begin));
}

void typed_journal::take(std::string_view record) {
  json::error_code bad;
  const json::value v = json::parse(json::string_view(record.data(), record.size()), bad);
  const json::object* o = bad ? nullptr : v.if_object();
  if (!o) return;
  const auto has = [&](const char* key) { return o->contains(key); };
  if (has("draft")) {
    drafts_[string_in(*o, "draft")] = string_in(*o, "text");
  } else if (has("change")) {
    std::string& draft = drafts_[string_in(*o, "change")];
    if (auto text = changed(draft, *o)) draft = std::move(*text);
  } else if (has("entered")) {
    add_entered(string_in(*o, "entered"));
  } else if (has("kept")) {
    std::erase_if(lines_, [&](const line& l) { return l.id == string_in(*o, "kept"); });
  } else if (has("refused")) {
    for (line& l : lines_)
      if (l.id == string_in(*o, "refused")) l.why = string_in(*o, "why");
  } else if (has("id")) {
    line l{string_in(*o, "id"), string_in(*o, "in"), string_in(*o, "text")};
    const json::value* when = o->if_contains("when");
    if (when && when->is_int64()) l.when = wall_time(std::chrono::milliseconds(when->as_int64()));
    l.action = has("action");
    l.why = string_in(*o, "why");
    drafts_.erase(string_in(*o, "typed_in"));
    std::erase_if(lines_, [&](const line& other) { return other.id == l.id; });
    if (!l.id.empty()) lines_.push_back(std::move(l));
  }
  std::erase_if(drafts_, [](const auto& d) { return d.second.empty(); });
}

void typed_journal::add_entered(const std::string& one) {
  std::erase(entered_, one);
  entered_.push_back(one);
  if (entered_.size() > line_history::max_lines) entered_.erase(entered_.begin());
}

std::string typed_journal::everything() const {
  std::string all;
  for (const auto& [in, text] : drafts_)
    all += draft_record(in, text);
  for (const line& l : lines_)
    all += line_record(l, "");
  for (const std::string& one : entered_)
    all += record_of({{"entered", one}});
  return all;
}

result<void> typed_journal::rewrite() {
  const std::string all = everything();
  auto next = atomic_file::make(path_.string(), existing::replaced, all);
  if (!next) return cannot_keep(next.error().message);
  if (const auto done = next->publish(); !done) return cannot_keep(done.error().message);
  file_ = std::move(*next).take();
  bytes_ = live_ = all.size();
  lacks_ = false;
  return {};
}

void typed_journal::append(std::string record) {
  bytes_ += record.size();
  // A file that has grown by what is not needed any more is written anew, and so is one that lacks
  // what could not be written.
  if (lacks_ || (bytes_ > small && bytes_ > 4 * (live_ + record.size()))) {
    if (rewrite()) return;
  }
  // A record that was cut must not take the next one with it.
  if (lacks_) record.insert(0, "\n");
  if (write_all(file_.get(), record)) return;
  const int error = errno;
  if (!std::exchange(lacks_, true))
    trouble_ =
        cannot_keep(fmt::format("'{}' cannot be written: {}", path_.string(), errno_text(error)))
            .message;
}

void typed_journal::draft(const std::string& in, const std::string& text) {
  const auto known = drafts_.find(in);
  if (known == drafts_.end() ? text.empty() : known->second == text) return;
  // A change of what could not be written says nothing.
  if (known == drafts_.end() || text.empty() || lacks_) {
    if (text.empty()) drafts_.erase(known);
    if (!text.empty()) drafts_[in] = text;
    return append(draft_record(in, text));
  }
  std::string record = change_record(in, known->second, text);
  known->second = text;
  append(std::move(record));
}

void typed_journal::sending(const line& l, const std::string& typed_in) {
  drafts_.erase(typed_in);
  std::erase_if(lines_, [&](const line& other) { return other.id == l.id; });
  lines_.push_back(l);
  append(line_record(l, typed_in));
}

void typed_journal::kept(std::string_view id) {
  if (std::erase_if(lines_, [&](const line& l) { return l.id == id; }) == 0) return;
  append(record_of({{"kept", json::string_view(id.data(), id.size())}}));
}

void typed_journal::refused(std::string_view id, const std::string& why) {
  const auto found = std::ranges::find(lines_, id, &line::id);
  if (found == lines_.end()) return;
  found->why = why.empty() ? "refused" : why;
  append(record_of({{"refused", found->id}, {"why", found->why}}));
}

void typed_journal::remember(const std::string& one) {
  add_entered(one);
  append(record_of({{"entered", one}}));
}

void typed_journal::end(bool in_order) {
  if (in_order) std::erase_if(lines_, [](const line& l) { return !l.why.empty(); });
  if (everything().empty()) {
    ::unlink(path_.c_str());
  } else {
    (void)rewrite();
  }
}

std::optional<std::string> typed_journal::take_trouble() {
  if (trouble_.empty()) return std::nullopt;
  return std::exchange(trouble_, {});
}

} // namespace asio_chat::app
