// Bytes into and out of SQLite's statements.
#pragma once

#include <asio_chat/time.hpp>

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace asio_chat::sqlite {

/// The bytes are not copied: they have to live until the statement has run.
inline void bind_bytes(SQLite::Statement& s, int index, std::string_view bytes) {
  // Without an address SQLite would take it for NULL.
  s.bindNoCopy(index, bytes.empty() ? "" : bytes.data(), static_cast<int>(bytes.size()));
}

template <std::size_t Size>
std::string_view view_of(const std::array<std::uint8_t, Size>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), Size};
}

inline void bind_number(SQLite::Statement& s, int index, std::uint64_t number) {
  s.bind(index, static_cast<std::int64_t>(number));
}

inline void bind_time(SQLite::Statement& s, int index, wall_time t) {
  s.bind(index, std::int64_t{t.time_since_epoch().count()});
}

/// Good until the statement's next step.
inline std::string_view bytes_of(const SQLite::Column& c) {
  const auto* const bytes = static_cast<const char*>(c.getBlob());
  return {bytes, static_cast<std::size_t>(c.getBytes())};
}

inline std::string_view bytes_at(SQLite::Statement& s, int column) {
  return bytes_of(s.getColumn(column));
}

inline std::uint64_t number_at(SQLite::Statement& s, int column) {
  return static_cast<std::uint64_t>(s.getColumn(column).getInt64());
}

/// 0, which no key has, for what is no number of a key.
inline std::uint32_t key_number_at(SQLite::Statement& s, int column) {
  const std::int64_t number = s.getColumn(column).getInt64();
  return number >= 0 && number <= std::int64_t{UINT32_MAX} ? static_cast<std::uint32_t>(number) : 0;
}

inline wall_time time_at(SQLite::Statement& s, int column) {
  return wall_time(std::chrono::milliseconds(s.getColumn(column).getInt64()));
}

/// All zero if the column has another length: no hash is.
template <class Bytes>
Bytes array_at(SQLite::Statement& s, int column) {
  Bytes out{};
  const std::string_view bytes = bytes_at(s, column);
  if (bytes.size() == out.size()) {
    std::transform(bytes.begin(), bytes.end(), out.begin(),
                   [](char c) { return static_cast<std::uint8_t>(c); });
  }
  return out;
}

/// The version that the file says it has.
inline int written_version(const SQLite::Database& db) {
  SQLite::Statement s(db, "PRAGMA user_version");
  s.executeStep();
  return s.getColumn(0).getInt();
}

/// Runs a prepared statement that gives no rows, and makes it ready for the next time.
inline void run(SQLite::Statement& s) {
  s.exec();
  s.reset();
}

} // namespace asio_chat::sqlite
