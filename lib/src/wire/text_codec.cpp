#include "wire/text_codec.hpp"

#include "base/utf8.hpp"
#include "model/references.hpp"
#include "wire/frame.hpp"
#include "wire/reply_lines.hpp"

#include <boost/algorithm/string/replace.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

namespace asio_chat::wire::text {

namespace {

/// `before` + a line of `said` + `after`, for every line; in one frame if that holds them all.
/// @param before_more instead of `before`, from the second line or frame on
std::string told(std::string_view before, std::string_view said, std::string_view after,
                 std::string_view before_more) {
  if (before.size() + said.size() + after.size() <= text_payload_cap &&
      said.find('\n') == std::string_view::npos) {
    std::string out;
    const std::size_t payload = before.size() + said.size() + after.size();
    out.reserve(header_bytes + payload);
    append_frame(out, fmt::format("{}{}{}", before, said, after));
    return out;
  }
  const std::size_t max =
      text_payload_cap - std::max(before.size(), before_more.size()) - after.size();
  std::string frames;
  std::string payload;
  for (std::size_t start = 0; start <= said.size();) {
    const std::size_t end = std::min(said.find('\n', start), said.size());
    std::string_view line = said.substr(start, end - start);
    start = end + 1;
    do {
      const std::string_view piece = prefix_of_bytes(line, max);
      line.remove_prefix(piece.size());
      if (!payload.empty() &&
          payload.size() + 1 + before.size() + piece.size() + after.size() > text_payload_cap) {
        append_frame(frames, payload);
        payload.clear();
      }
      if (!payload.empty()) payload.push_back('\n');
      payload.append(before).append(piece).append(after);
      before = before_more;
    } while (!line.empty());
  }
  append_frame(frames, payload);
  return frames;
}

/// Every line bears its author's name.
std::string told(const std::string& before, std::string_view said, std::string_view after = {}) {
  return told(before, said, after, before);
}

std::string before_text(const entry& e) {
  switch (e.kind) {
  case entry_kind::message:
  case entry_kind::destroyed:
    return e.from + std::string(note_of(e)) + ": ";
  case entry_kind::action:
    return "~ " + e.from + std::string(note_of(e)) + " ";
  case entry_kind::topic:
    return "* " + e.from + (e.text.empty() ? " removed the topic" : " set the topic: ");
  }
  return {};
}

std::string_view after_text(const entry& e) {
  return e.kind == entry_kind::topic ? " *" : "";
}

struct encoder {
  std::string operator()(const entry& e) const {
    if (e.kind == entry_kind::message && note_of(e).empty()) // nearly always
      return told(e.from + ": ", e.text);
    return told(before_text(e), e.text, after_text(e));
  }
  std::string operator()(const member_joined& m) const {
    return encode_notice(m.name + " joined the chat");
  }
  std::string operator()(const member_left& m) const { return encode_notice(m.name + " left"); }
  std::string operator()(const member_renamed& m) const {
    return encode_notice(fmt::format("{} is now known as {}", m.from, m.to));
  }
  std::string operator()(const direct_message& m) const {
    return told("[private] " + m.from + ": ", m.text);
  }
  std::string operator()(const acknowledged&) const { return {}; }
  std::string operator()(const reply& r) const {
    reply_lines made;
    if (r.data) made = show(*r.data);
    std::string frames;
    for (const std::string& line : r.data ? made.lines : r.lines)
      frames += encode_notice(line);
    return frames;
  }
  std::string operator()(const refused& r) const { return encode_notice(r.message); }
  std::string operator()(const room_state& r) const {
    return r.topic.empty() ? std::string() : told("* topic: ", r.topic, " *");
  }
  std::string operator()(const entries_missed&) const {
    return encode_notice("some messages are missing here: they are no longer kept");
  }
  std::string operator()(const history_page&) const { return {}; } // nobody asks for it here
};

} // namespace

std::string encode(const event& e) {
  return std::visit(encoder{}, e);
}

std::string encode_notice(std::string_view line) {
  // What members said may stand in it: no part of that may look like a notice of its own.
  constexpr std::string_view more = "* … ";
  if (line.find('\n') == std::string_view::npos) return told("* ", line, " *", more);
  return told("* ", boost::algorithm::replace_all_copy(std::string(line), "\n", " / "), " *", more);
}

std::string encode(const close_reason& reason) {
  if (reason.code == close_code::wrong_passphrase) return frame(passphrase_wrong);
  return encode_notice(reason.phrase);
}

} // namespace asio_chat::wire::text
