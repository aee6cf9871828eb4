#include "wire/message_writer.hpp"

#include "wire/frame.hpp"
#include "wire/native_codec.hpp"

#include <boost/json/serialize.hpp>

#include <iterator>
#include <utility>

namespace asio_chat::wire::native {

namespace {

/// A string that is its own JSON, but for the quotes.
bool is_plain(std::string_view s) noexcept {
  unsigned others = 0; // no branch in the loop: it is done sixteen bytes at a time
  for (const char c : s)
    others |= (static_cast<unsigned char>(c) < 0x20) | (c == '"') | (c == '\\');
  return others == 0;
}

void append_string(std::string& out, std::string_view s) {
  if (is_plain(s)) {
    out.push_back('"');
    out.append(s);
    out.push_back('"');
  } else {
    out.append(boost::json::serialize(boost::json::string_view(s)));
  }
}

/// At most: escaping doubles a character, for control characters are not sent.
std::size_t max_bytes_of(std::string_view s) noexcept {
  return 2 * s.size() + 3;
}

} // namespace

std::string& object_writer::begin(std::string_view name) {
  if (out_.back() != '{') out_.push_back(',');
  out_.push_back('"');
  out_.append(name);
  out_.append("\":");
  return out_;
}

void object_writer::put(std::string_view name, std::string_view value) {
  append_string(begin(name), value);
}

void object_writer::put(std::string_view name, const position& p) {
  object_writer fields(begin(name));
  fields.put("epoch", p.epoch);
  fields.put("offset", p.offset);
  if (p.tag != 0) {
    fmt::format_to(std::back_inserter(fields.begin("tag")), R"("{:016x}")", p.tag);
    if (p.tag_offset != p.offset) fields.put("tag_offset", p.tag_offset);
  }
  fields.end();
}

std::size_t object_writer::put(std::string_view name, std::span<const std::string> values,
                               std::size_t& bytes_left) {
  std::string& out = begin(name);
  out.push_back('[');
  std::size_t n = 0;
  for (const std::string& s : values) {
    const std::size_t max = max_bytes_of(s);
    if (max > bytes_left) break;
    bytes_left -= max;
    ++n;
    if (out.back() != '[') out.push_back(',');
    append_string(out, s);
  }
  out.push_back(']');
  return n;
}

message_writer::message_writer(std::string_view type, std::size_t longest)
    : out_([longest] {
      constexpr std::size_t names = 220;
      std::string out;
      out.reserve(names + longest);
      append_frame(out, {}); // its length comes at the end
      return out;
    }())
    , fields_(out_) {
  fields_.put("v", version);
  fields_.put("type", type);
}

std::size_t message_writer::size() const noexcept {
  return out_.size() - header_bytes;
}

std::string message_writer::frame() {
  fields_.end();
  set_length(out_, size());
  return std::move(out_);
}

} // namespace asio_chat::wire::native
