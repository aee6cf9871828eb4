#include "wire/reference_scan.hpp"

#include "base/sanitize.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <utf8.h>

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

/// Valid UTF-8 in which each surrogate has its other half.
std::string with_whole_characters(std::string_view payload) {
  std::string valid;
  utf8::replace_invalid(payload.begin(), payload.end(), std::back_inserter(valid));
  std::string out;
  out.reserve(valid.size());
  for (std::string_view rest = valid; !rest.empty();) {
    std::size_t length = 1;
    std::string_view piece;
    if (const auto unit = escaped_unit(rest)) {
      length = 6;
      const auto next = escaped_unit(rest.substr(length));
      if (is_high(*unit) && next && is_low(*next)) {
        length *= 2;
      } else if (is_high(*unit) || is_low(*unit)) {
        piece = replacement_character;
      }
    } else if (rest.front() == '\\' && rest.size() > 1) {
      length = 2;
    }
    out.append(piece.empty() ? rest.substr(0, length) : piece);
    rest.remove_prefix(length);
  }
  return out;
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

} // namespace asio_chat::wire
