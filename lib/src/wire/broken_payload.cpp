#include "wire/broken_payload.hpp"

#include "base/sanitize.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <fmt/format.h>
#include <utf8.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>

namespace asio_chat::wire {

namespace {

namespace json = boost::json;
using boost::system::error_code;

/// A pair of escapes.
constexpr std::size_t longest_piece = 12;

/// The code unit of an escape `\uXXXX` at the beginning.
std::optional<unsigned> escaped_unit(std::string_view text) {
  constexpr std::size_t length = 6;
  if (text.size() < length || !text.starts_with("\\u")) return std::nullopt;
  unsigned unit = 0;
  const char* end = text.data() + length;
  const auto [rest, error] = std::from_chars(text.data() + 2, end, unit, 16);
  if (error != std::errc() || rest != end) return std::nullopt;
  return unit;
}

bool is_high(unsigned unit) {
  return unit >= 0xD800 && unit < 0xDC00;
}
bool is_low(unsigned unit) {
  return unit >= 0xDC00 && unit < 0xE000;
}

/// What comes first in a text: a byte, or a whole escape.
struct piece {
  std::size_t length = 1;
  bool half = false; ///< the escape is a surrogate whose other half is missing
};

piece first_piece(std::string_view text) {
  constexpr std::size_t escape = 6;
  if (const auto unit = escaped_unit(text)) {
    const auto next = escaped_unit(text.substr(escape));
    if (is_high(*unit) && next && is_low(*next)) return {2 * escape};
    return {escape, is_high(*unit) || is_low(*unit)};
  }
  return {text.front() == '\\' && text.size() > 1 ? std::size_t{2} : std::size_t{1}};
}

/// Valid UTF-8 in which each surrogate has its other half.
std::string with_whole_characters(std::string_view payload) {
  std::string valid;
  utf8::replace_invalid(payload.begin(), payload.end(), std::back_inserter(valid));
  std::string out;
  out.reserve(valid.size());
  for (std::string_view rest = valid; !rest.empty();) {
    const piece first = first_piece(rest);
    out.append(first.half ? replacement_character : rest.substr(0, first.length));
    rest.remove_prefix(first.length);
  }
  return out;
}

/// Where the first half of a surrogate pair stands, or the end.
std::size_t find_half(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const piece first = first_piece(text.substr(at));
    if (first.half) return at;
    at += first.length;
  }
  return text.size();
}

/// Takes the strings `type`, `id` and `ref` of the outermost object.
class handler {
 public:
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) { return begin(); }
  bool on_object_end(std::size_t, error_code&) { return end(); }
  bool on_array_begin(error_code&) { return begin(); }
  bool on_array_end(std::size_t, error_code&) { return end(); }
  bool on_key_part(json::string_view s, std::size_t, error_code&) { return add(s); }
  bool on_key(json::string_view s, std::size_t, error_code&) {
    add(s);
    field_ = nullptr;
    if (depth_ == 1) {
      for (std::size_t i = 0; i < names.size(); ++i)
        if (names[i] == text_) field_ = &found_[i];
    }
    text_.clear();
    return true;
  }
  bool on_string_part(json::string_view s, std::size_t, error_code&) { return add(s); }
  bool on_string(json::string_view s, std::size_t, error_code&) {
    add(s);
    if (depth_ == 1 && field_) *field_ = text_;
    text_.clear();
    return true;
  }
  bool on_number_part(json::string_view, error_code&) { return true; }
  bool on_int64(std::int64_t, json::string_view, error_code&) { return true; }
  bool on_uint64(std::uint64_t, json::string_view, error_code&) { return true; }
  bool on_double(double, json::string_view, error_code&) { return true; }
  bool on_bool(bool, error_code&) { return true; }
  bool on_null(error_code&) { return true; }
  bool on_comment_part(json::string_view, error_code&) { return true; }
  bool on_comment(json::string_view, error_code&) { return true; }

  std::string reference() const {
    const auto& [type, id, ref] = found_;
    return (reference_field(type.value_or(""), ref.has_value(), id.has_value()) == "id" ? id : ref)
        .value_or("");
  }

 private:
  static constexpr std::array<std::string_view, 3> names{"type", "id", "ref"};

  bool begin() {
    ++depth_;
    return true;
  }
  bool end() {
    --depth_;
    return true;
  }
  bool add(json::string_view s) {
    text_.append(s.data(), s.size());
    return true;
  }

  std::size_t depth_ = 0;
  std::string text_;
  std::optional<std::string>* field_ = nullptr;
  std::array<std::optional<std::string>, names.size()> found_;
};

} // namespace

std::string scan_reference(std::string_view payload) {
  const std::string whole = with_whole_characters(payload);
  json::basic_parser<handler> parser({});
  error_code failed;
  parser.write_some(false, whole.data(), whole.size(), failed);
  std::string found = parser.handler().reference();
  if (found.find(replacement_character) != std::string::npos) found.clear();
  return found;
}

std::string find_fault(std::string_view payload, std::size_t max_depth) {
  json::parse_options options;
  options.max_depth = max_depth;
  json::basic_parser<handler> parser(options);
  error_code failed;
  const std::size_t read = parser.write_some(false, payload.data(), payload.size(), failed);
  // The parser does not come past what is broken, but it has one name for all of it.
  const std::string_view suspect =
      payload.substr(0, std::min(payload.size(), read + longest_piece));
  const auto bad = static_cast<std::size_t>(utf8::find_invalid(suspect.begin(), suspect.end()) -
                                            suspect.begin());
  const std::size_t half = find_half(suspect);
  if (const std::size_t first = std::min(bad, half); first < payload.size() && first <= read)
    return fmt::format("{} at byte {}", bad < half ? "bad UTF-8" : "half a surrogate", first);
  if (!failed) failed = json::make_error_code(json::error::extra_data);
  return fmt::format("{} at byte {}", failed.message(), read);
}

} // namespace asio_chat::wire
