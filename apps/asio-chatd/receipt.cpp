// What a receipt of /forget says, compared with what is there.
#include "each_entry.hpp"
#include "facts_reader.hpp"
#include "history.hpp"

#include "accounts/people.hpp"
#include "base/clock.hpp"
#include "base/sanitize.hpp"
#include "journal/sqlite/head.hpp"
#include "journal/sqlite/verify.hpp"
#include "model/entry_json.hpp"
#include "tls/file.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>
#include <vector>

using namespace asio_chat;

namespace {

struct receipt {
  identity account{};
  std::string name;
  std::string time;
  std::set<identity> authors;
  std::string head;
};

receipt read_receipt(const history& kept, const std::string& file) {
  const std::string jws = tls::read_file(file, "the receipt").value();
  const auto statement = kept.keys->open_signed(jws);
  if (!statement)
    throw error(fail(errc::bad_setting,
                     fmt::format("'{}' proves nothing: {}", file, statement.error().message)));
  // This server has signed it, so it is of the form that it writes.
  const boost::json::value v = boost::json::parse(*statement);
  const auto text = [&v](const char* field) { return std::string(v.at(field).as_string()); };
  receipt r{identity_of_key(text("account")), text("name"), text("time"), {}, text("head")};
  for (const boost::json::value& who : v.at("authors").as_array())
    r.authors.insert(identity_of_key(std::string_view(who.as_string())));
  return r;
}

/// Of `2026-11-30T12:00:00.123Z`.
constexpr std::size_t second_digits = 19;
std::string second_of(wall_time t) {
  return iso_time(t).substr(0, second_digits);
}

struct found_texts {
  std::uint64_t readable = 0;
  std::uint64_t destroyed = 0;
  std::vector<std::string> where; ///< the first ones that can be read
};

/// Throws `error` for a room that cannot be read.
found_texts look_through(const history& kept, const receipt& of) {
  constexpr std::size_t places_told = 10;
  found_texts found;
  each_entry(
      kept, [](const std::string&) { return true; },
      [&](const std::string& room, const journal::record& r) {
        if (!of.authors.contains(r.author) || r.what.kind == entry_kind::topic) return true;
        // What the bearer of a device has said later, as a guest.
        if (r.author != of.account && second_of(r.what.time) >= of.time.substr(0, second_digits))
          return true;
        if (r.what.kind == entry_kind::destroyed) {
          ++found.destroyed;
        } else if (++found.readable <= places_told) {
          found.where.push_back(fmt::format("#{} {}", room, r.what.at.offset));
        }
        return true;
      });
  return found;
}

/// Why something is there still.
std::string reason_of(const history& kept, const receipt& of, const people& known) {
  const auto then = sqlite::head_in_line(of.head, *kept.keys).value();
  const auto now = sqlite::head_of(kept.file, *kept.keys).value();
  if (now.number < then.number)
    return "this is from before the account was deleted; a copy that was made since has nothing "
           "of it";
  if (known.farewells().contains(of.account))
    return "the server is not done with it: it goes on while it runs";
  return "what is here was put back from before the account was deleted, or its texts are from "
         "before single texts could be destroyed: asio-chatd account delete NAME --forget, or "
         "erase --author NAME, does it";
}

} // namespace

void check_receipt(const history& kept, const std::string& file) {
  const receipt of = read_receipt(kept, file);
  facts_reader facts(kept);
  const system_clock time;
  const people known(&facts, time, {});
  const found_texts found = look_through(kept, of);
  const bool has_account = known.find(of.account) != nullptr;
  const std::string who = fmt::format("{} ({}), deleted {}", sanitize_for_terminal(of.name),
                                      key_of(of.account), sanitize_for_terminal(of.time));
  if (!has_account && found.readable == 0 && !known.farewells().contains(of.account)) {
    fmt::print("{}: signed by this server; of the account {}, nothing is left in '{}'; {} "
               "destroyed\n",
               file, who, kept.file.path,
               found.destroyed == 1 ? "1 text of it is"
                                    : fmt::format("{} texts of it are", found.destroyed));
    return;
  }
  std::string left = has_account ? "the account itself" : "";
  if (found.readable > 0) {
    left += fmt::format("{}{} that can be read: {}{}", left.empty() ? "" : ", and ",
                        counted(found.readable, "text", "texts"), fmt::join(found.where, ", "),
                        found.readable > found.where.size() ? " …" : "");
  }
  if (left.empty()) left = "the order to destroy what it had said";
  throw error(fail(errc::storage_failed,
                   fmt::format("'{}' is signed by this server, and of the account {}, there is "
                               "still {}, in '{}'; {}",
                               file, who, left, kept.file.path, reason_of(kept, of, known))));
}
