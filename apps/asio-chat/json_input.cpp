#include "json_input.hpp"

#include "base/ascii.hpp"
#include "base/utf8.hpp"
#include "model/references.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>

namespace asio_chat::app {

namespace {

namespace json = boost::json;

/// Takes the fields out of an object, and keeps the first thing that is wrong with it.
class fields {
 public:
  explicit fields(const json::object& o)
      : object_(o) {}

  std::string take(std::string_view name, bool optional = true) {
    const json::value* v = object_.if_contains(name);
    if (v == nullptr && !optional) complain(fmt::format("`{}` is missing", name));
    if (v == nullptr) return {};
    if (const json::string* text = v->if_string()) return {text->begin(), text->end()};
    complain(fmt::format("`{}` is not a string", name));
    return {};
  }

  /// `{"how": "edit", "offset": 41}`
  entry_reference take_reference() {
    const json::value* v = object_.if_contains("refers");
    if (v == nullptr) return {};
    const json::object* o = v->if_object();
    const json::value* name = o ? o->if_contains("how") : nullptr;
    const json::value* number = o ? o->if_contains("offset") : nullptr;
    const auto how = name && name->is_string() ? find_reference(name->get_string())
                                               : std::optional<entry_reference::kind>();
    const std::int64_t* offset = number ? number->if_int64() : nullptr;
    if (how && offset && *offset > 0 && o->size() == 2)
      return {*how, static_cast<std::uint64_t>(*offset)};
    complain("`refers` is not {\"how\": edit, delete, reply, reaction, pin or unpin, \"offset\": a "
             "number}");
    return {};
  }

  void complain(std::string what) {
    if (wrong_.empty()) wrong_ = std::move(what);
  }

  /// A field that is not known is an error, too.
  std::string wrong(std::initializer_list<std::string_view> known) {
    for (const auto& [name, value] : object_) {
      if (std::ranges::find(known, std::string_view(name)) == known.end())
        complain(fmt::format("there is no field `{}` here", std::string_view(name)));
    }
    return wrong_;
  }

 private:
  const json::object& object_;
  std::string wrong_;
};

typed_line unreadable(std::string why, std::string ref = {}) {
  return {intent::unreadable, std::move(why), {}, {0, std::move(ref)}};
}

typed_line read_object(const json::object& o) {
  fields f(o);
  const std::string type = f.take("type", false);
  typed_line line{intent::nothing, {}};
  std::string wrong;
  if (type == "send") {
    const entry_reference to = f.take_reference();
    const bool without_text = says_nothing(to.how);
    line = {intent::say, f.take("text", without_text), f.take("room"), {0, f.take("id")}};
    line.refers = to;
    wrong = f.wrong({"type", "text", "room", "id", "refers"});
  } else if (type == "command") {
    line = {intent::command, f.take("line", false), f.take("room"), {0, f.take("ref")}};
    const std::string_view command = trim(line.text);
    if (!command.starts_with('/')) f.complain("`line` does not begin with /");
    if (ascii::equal_ignoring_case(command.substr(0, command.find_first_of(" \t\n")), "/quit"))
      line.what = intent::leave;
    wrong = f.wrong({"type", "line", "room", "ref"});
  } else if (type == "bye") {
    line.what = intent::leave;
    wrong = f.wrong({"type"});
  } else {
    f.complain("`type` is not send, command or bye");
    line.from.ref = f.take("ref");
    if (line.from.ref.empty()) line.from.ref = f.take("id");
    wrong = f.wrong({"type", "text", "line", "room", "id", "ref"});
  }
  return wrong.empty() ? line : unreadable(std::move(wrong), std::move(line.from.ref));
}

} // namespace

typed_line read_json_line(std::string_view raw) {
  if (trim(raw).empty()) return {intent::nothing, {}};
  json::error_code bad;
  const json::value v = json::parse(json::string_view(raw.data(), raw.size()), bad);
  if (bad) return unreadable("it is not JSON: " + bad.message());
  if (const json::object* o = v.if_object()) return read_object(*o);
  return unreadable("it is not a JSON object");
}

} // namespace asio_chat::app
