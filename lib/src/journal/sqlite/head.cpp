#include "journal/sqlite/head.hpp"

#include "journal/sqlite/binary.hpp"
#include "journal/sqlite/columns.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <sodium.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace asio_chat::sqlite {

namespace {

constexpr const char* seal_context = "head of the journal 4";
constexpr const char* seal_context_3 = "head of the journal"; // had no marks
constexpr std::size_t check_digits = 8;
constexpr std::size_t size_of_name =
    2 * sizeof(std::uint64_t) + std::tuple_size<run_id>() + std::tuple_size<chain_value>();
constexpr char mark_of_copy = 1;

template <class Bytes>
std::string hexadecimal(const Bytes& bytes) {
  return fmt::format("{:02x}", fmt::join(bytes, ""));
}

/// False unless all of it is the bytes' digits.
template <class Bytes>
bool from_hexadecimal(std::string_view digits, Bytes& bytes) {
  std::size_t length = 0;
  return digits.size() == 2 * bytes.size() &&
         ::sodium_hex2bin(bytes.data(), bytes.size(), digits.data(), digits.size(), nullptr,
                          &length, nullptr) == 0 &&
         length == bytes.size();
}

/// Up to the last `-` of the line.
std::string body_of(const head_name& h) {
  return fmt::format("{}-{}-{}", h.number, hexadecimal(h.run), hexadecimal(h.value));
}

std::string check_of(std::string_view body, const key_ring& keys) {
  return hexadecimal(keys.mac("asio-chat head line 1" + std::string(body))).substr(0, check_digits);
}

template <class Bytes>
void take(std::string_view& from, Bytes& to) {
  std::transform(from.begin(), from.begin() + static_cast<std::ptrdiff_t>(to.size()), to.begin(),
                 [](char c) { return static_cast<std::uint8_t>(c); });
  from.remove_prefix(to.size());
}

std::uint64_t take_number(std::string_view& from) {
  const std::uint64_t number = fixed_at(from.data());
  from.remove_prefix(sizeof number);
  return number;
}

} // namespace

const char* const head_row::tables =
    "CREATE TABLE head (only INTEGER PRIMARY KEY CHECK (only=1),"
    "state BLOB NOT NULL) STRICT;"                     // sealed
    "CREATE TABLE starts (number INTEGER PRIMARY KEY," // of the first commit of a run
    "run BLOB NOT NULL) STRICT";

std::string to_line(const head_name& h, const key_ring& keys) {
  const std::string body = body_of(h);
  return fmt::format("{}-{}", body, check_of(body, keys));
}

result<head_name> head_in_line(std::string_view line, const key_ring& keys) {
  head_name h;
  const auto end = line.rfind('-');
  const auto dash = line.find('-');
  const auto [stop, wrong] = std::from_chars(line.data(), line.data() + line.size(), h.number);
  constexpr std::size_t run_digits = 2 * std::tuple_size<run_id>();
  const bool is_whole =
      end != line.npos && wrong == std::errc() && stop == line.data() + dash &&
      end > dash + run_digits + 2 && line[dash + 1 + run_digits] == '-' &&
      from_hexadecimal(line.substr(dash + 1, run_digits), h.run) &&
      from_hexadecimal(line.substr(dash + run_digits + 2, end - dash - run_digits - 2), h.value);
  if (is_whole && line.substr(end + 1) == check_of(body_of(h), keys)) return h;
  return fail(errc::bad_setting,
              "this is no head of a history with these keys: give the whole line "
              "that asio-chatd head printed, and the keys.db of that time");
}

run_id draw_run() {
  run_id run;
  ::randombytes_buf(run.data(), run.size());
  return run;
}

head_row::head_row(const key_ring& keys)
    : keys_(keys)
    , sums_(keys.for_sums()) {}

void head_row::set(const state& s) noexcept {
  name_ = s.name;
  keys_seen_ = s.keys;
  is_copy_ = s.is_copy;
  sums_.set(s.sums);
}

void head_row::load(const SQLite::Database& db) {
  std::optional<std::string> content;
  std::size_t marks = 1;
  SQLite::Statement row(db, "SELECT state FROM head WHERE only=1");
  if (row.executeStep()) {
    auto opened = keys_.open_text(bytes_at(row, 0), seal_context);
    if (!opened) {
      opened = keys_.open_text(bytes_at(row, 0), seal_context_3);
      marks = 0;
    }
    if (opened) content = *std::move(opened);
  }
  if (!content || content->size() < size_of_name + marks)
    throw damage(
        "its head, which names all that is in it, has been taken out or changed, or is sealed "
        "by another key ring");
  std::string_view rest = *content;
  name_.number = take_number(rest);
  keys_seen_ = take_number(rest);
  take(rest, name_.run);
  take(rest, name_.value);
  is_copy_ = marks != 0 && (rest.front() & mark_of_copy) != 0;
  sums_.set(rest.substr(marks));
}

void head_row::begin(const SQLite::Database& db) {
  // Numbers go on, so that heads from before are older ones: nothing is known of those.
  const std::uint64_t number = name_.number == 0 ? 0 : name_.number + 1;
  name_ = {.number = number};
  is_copy_ = false;
  SQLite::Statement(db, "DELETE FROM starts").exec();
  sums_.take(db);
  begin_run(db, draw_run());
  write(db, true);
}

void head_row::write_again(const SQLite::Database& db) {
  write(db, false);
}

void head_row::move(const SQLite::Database& db, const run_id& run) {
  ++name_.number;
  keys_seen_ = std::max(keys_seen_, keys_.changes());
  if (run != name_.run) begin_run(db, run);
  write(db, true);
}

void head_row::begin_run(const SQLite::Database& db, const run_id& run) {
  name_.run = run;
  SQLite::Statement add(db, "INSERT INTO starts (number, run) VALUES (?, ?)" +
                                returning(covered::starts));
  bind_number(add, 1, name_.number);
  bind_bytes(add, 2, view_of(run));
  sums_.run_adding(covered::starts, add);
  SQLite::Statement oldest(db, "DELETE FROM starts WHERE number <= "
                               "(SELECT number FROM starts ORDER BY number DESC LIMIT 1 OFFSET ?)" +
                                   returning(covered::starts));
  oldest.bind(1, max_starts);
  sums_.run_removing(covered::starts, oldest);
}

void head_row::write(const SQLite::Database& db, bool with_new_value) {
  std::string content;
  put_fixed(content, name_.number);
  put_fixed(content, keys_seen_);
  content.append(view_of(name_.run));
  const std::string sums = sums_.bytes();
  if (with_new_value)
    name_.value =
        keys_.mac("asio-chat head 1" + std::string(view_of(name_.value)) + content + sums);
  content.append(view_of(name_.value));
  content.push_back(is_copy_ ? mark_of_copy : char{0});
  content += sums;
  const std::string sealed = keys_.seal_text(content, seal_context);
  if (!write_) write_.emplace(db, "INSERT OR REPLACE INTO head (only, state) VALUES (1, ?)");
  bind_bytes(*write_, 1, sealed);
  run(*write_);
}

lineage head_row::compare(const SQLite::Database& db, const head_name& older) const {
  if (older.number > name_.number) return lineage::is_behind;
  if (older.number == name_.number) return older == name_ ? lineage::descends : lineage::is_another;
  SQLite::Statement start(db,
                          "SELECT run FROM starts WHERE number<=? ORDER BY number DESC LIMIT 1");
  bind_number(start, 1, older.number);
  // The first run of all begins with the database, unless its start is forgotten.
  if (!start.executeStep()) return lineage::not_known;
  return array_at<run_id>(start, 0) == older.run ? lineage::descends : lineage::is_another;
}

} // namespace asio_chat::sqlite
