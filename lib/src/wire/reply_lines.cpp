#include "wire/reply_lines.hpp"

#include "base/utf8.hpp"
#include "model/command_text.hpp"
#include "model/references.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/algorithm/string/replace.hpp>

#include <algorithm>
#include <utility>
#include <variant>

namespace asio_chat::wire {

namespace {

constexpr std::size_t around_a_line = 4; ///< quotes and a comma
/// Of an entry that was found.
constexpr std::size_t max_line_text = 400;

std::string going_on(std::size_t all, std::string_view command, std::string_view next) {
  return fmt::format("there are {}; /{} {} goes on from there", all, command, next);
}

/// Of a list that was to begin behind its end.
std::string none_from_there(std::string_view whose, std::string_view command, std::size_t all) {
  return fmt::format("{} has that name or a later one; /{} lists all {}", whose, command, all);
}

/// What is displayed beside names that come in their order.
class displayed_in_order {
 public:
  explicit displayed_in_order(const std::vector<std::string>& all)
      : next_(all.begin())
      , end_(all.end()) {}

  /// ` "Alice Smith"`, which has no such quotes in it; empty: there is none.
  std::string beside(const std::string& name) {
    if (next_ == end_ || !next_->starts_with(name + " ")) return {};
    return fmt::format(" \"{}\"", std::string_view(*next_++).substr(name.size() + 1));
  }

 private:
  std::vector<std::string>::const_iterator next_;
  std::vector<std::string>::const_iterator end_;
};

struct writer {
  std::size_t bytes_left;
  const time_writer& time;

  bool take(std::size_t bytes) noexcept {
    const std::size_t all = bytes + around_a_line;
    if (all > bytes_left) return false;
    bytes_left -= all;
    return true;
  }

  /// By `@41` commands name it.
  std::string numbered_line(const entry& e, std::size_t max_text) const {
    return fmt::format("@{} {}", e.at.offset, entry_line(e, max_text, time));
  }

  reply_lines operator()(const answers::members& m) {
    reply_lines r;
    for (const std::string& name : m.names) {
      if (!take(2 * name.size())) break;
      r.items.push_back(name);
    }
    const std::size_t n = r.items.size();
    const std::string& next = n < m.names.size() ? m.names[n] : m.next;
    std::string all;
    displayed_in_order displayed(m.displayed);
    for (const std::string& name : r.items) {
      const std::string shown = displayed.beside(name);
      const auto is_in = [&name](const std::vector<std::string>& some) {
        return std::ranges::binary_search(some, name);
      };
      all += fmt::format("{}{}{}{}{}", all.empty() ? "" : ", ", name,
                         take(shown.size()) ? shown : std::string(),
                         is_in(m.guests) ? " (guest)" : "", is_in(m.away) ? " (away)" : "");
    }
    const bool nobody = m.names.empty();
    r.lines.push_back(nobody ? none_from_there("nobody here", "who", m.total) : "online: " + all);
    if (!next.empty()) r.lines.push_back(going_on(m.total, "who", next));
    return r;
  }
  reply_lines operator()(const answers::rooms& a) {
    reply_lines r;
    for (const answers::rooms::one& room : a.list) {
      std::string line = fmt::format("{} ({}){}{}", room.name, room.members,
                                     room.topic.empty() ? "" : ": ", room.topic);
      if (!take(line.size() + room.name.size())) break;
      r.lines.push_back(std::move(line));
      r.items.push_back(room.name);
    }
    const std::size_t n = r.items.size();
    const std::string& next = n < a.list.size() ? a.list[n].name : a.next;
    if (!next.empty()) r.lines.push_back(going_on(a.total, "rooms", next));
    if (a.list.empty()) r.lines.push_back(none_from_there("no room", "rooms", a.total));
    return r;
  }
  reply_lines operator()(const answers::topic& t) {
    return {{t.text.empty() ? "there is no topic" : "topic: " + t.text}, {t.text}};
  }
  reply_lines operator()(const answers::log& a) {
    reply_lines r;
    // A line may be longer than the entry by which the page was measured; the newest are wanted.
    for (auto e = a.entries.rbegin(); e != a.entries.rend(); ++e) {
      std::string line = numbered_line(*e, std::string::npos);
      if (!take(line.size())) {
        if (!r.lines.empty()) break;
        bytes_left = 0; // one is shown in any case
      }
      r.lines.push_back(std::move(line));
    }
    const std::size_t n = r.lines.size();
    if (n < a.entries.size() || (a.earlier && n < a.asked))
      r.lines.push_back(fmt::format("these are the last {} of the {} asked for", n, a.asked));
    std::ranges::reverse(r.lines);
    if (r.lines.empty()) r.lines.emplace_back("nothing was said here yet");
    return r;
  }
  reply_lines operator()(const answers::found& a) {
    reply_lines r;
    if (a.entries.empty())
      r.lines.push_back(fmt::format("nothing like that was said in {}", a.room));
    for (const entry& e : a.entries)
      r.lines.push_back(numbered_line(e, max_line_text));
    if (a.more) {
      r.lines.push_back(
          a.entries.size() == 1
              ? std::string("this is the newest one; before: finds older ones")
              : fmt::format("these are the newest {}; before: finds older ones", a.entries.size()));
    }
    if (a.incomplete) {
      r.lines.emplace_back(
          "the search index is being rebuilt: some older entries cannot be found yet");
    }
    return r;
  }
  reply_lines operator()(const answers::commands& a) {
    reply_lines r;
    for (const command_info& c : a.list) {
      r.lines.push_back(fmt::format("{:<16} {}", usage_of(c), c.help));
      r.items.push_back(c.name);
    }
    return r;
  }
  reply_lines operator()(const answers::command& a) {
    reply_lines r{{fmt::format("{:<16} {}", usage_of(a.about), a.about.help)}, {a.about.name}};
    if (!a.about.details.empty()) r.lines.push_back(a.about.details);
    for (const command_argument& arg : a.about.arguments) {
      if (arg.help.empty()) continue;
      r.lines.push_back(fmt::format("{}: {}", syntax_of({&arg, 1}), arg.help));
    }
    return r;
  }
  reply_lines operator()(const answers::sent& s) {
    return {{fmt::format("to {}: {}", s.to, s.text)}, {}};
  }
  reply_lines operator()(const answers::left& l) {
    return {{fmt::format("you left {}", l.room)}, {l.room}};
  }
  reply_lines operator()(const answers::own_name& n) {
    reply_lines r{{}, {n.name}};
    if (!n.announced) r.lines.push_back(fmt::format("you are known as {}", n.name));
    return r;
  }
  reply_lines operator()(const answers::protection& p) {
    if (!p.encrypted) return {{"this connection is not encrypted"}, {}};
    return {
        {fmt::format("{}, {}, key agreement {}", p.version, p.cipher_suite, p.group),
         fmt::format("the server's certificate: {}, SHA-256 {}", p.server_subject, p.server_sha256),
         p.client_subject.empty() ? std::string("you showed no certificate")
                                  : "your certificate: " + p.client_subject},
        {}};
  }
};

} // namespace

std::string utc_time(wall_time t) {
  return fmt::format("[{:%Y-%m-%d %H:%M:%S} UTC] ", std::chrono::floor<std::chrono::seconds>(t));
}

reply_lines show(const reply_data& a, std::size_t max_bytes, const time_writer& time) {
  return std::visit(writer{max_bytes, time}, a);
}

void fill_lines(reply& r, std::size_t max_bytes) {
  if (!r.data) return;
  reply_lines shown = show(*r.data, max_bytes);
  r.lines = std::move(shown.lines);
  r.items = std::move(shown.items);
}

std::string entry_line(const entry& e, std::size_t max_text, const time_writer& time) {
  std::string text(prefix_of_bytes(e.text, max_text));
  boost::algorithm::replace_all(text, "\n", " / ");
  std::replace(text.begin(), text.end(), '\t', ' ');
  if (std::max(e.text.size(), text.size()) > max_text) {
    text = prefix_of_bytes(text, max_text);
    text += " …";
  }
  std::string said;
  switch (e.kind) {
  case entry_kind::message:
  case entry_kind::destroyed:
    said = fmt::format("{}{}: {}", e.from, note_of(e), text);
    break;
  case entry_kind::action:
    said = fmt::format("~ {}{} {}", e.from, note_of(e), text);
    break;
  case entry_kind::topic:
    said = text.empty() ? fmt::format("* {} removed the topic", e.from)
                        : fmt::format("* {} set the topic: {}", e.from, text);
    break;
  }
  return time(e.time) + said;
}

} // namespace asio_chat::wire
