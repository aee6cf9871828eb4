// Reads and searches logs while another thread writes them.
#pragma once

#include "journal/sqlite/database.hpp"
#include "journal/sqlite/failure_reporter.hpp"
#include "journal/sqlite/record_table.hpp"
#include "journal/sqlite/search_index.hpp"

#include <memory>
#include <string>

namespace asio_chat::sqlite {

/// Used on one thread at a time. Sees what had been committed when a call began.
class reader {
 public:
  /// @param index the writer's; it and the keys have to live as long
  /// @param tell what is damaged, or cannot be read; callers are told no more than that it is so
  reader(database_file f, key_ring& keys, const search_index& index, report_function tell);
  ~reader();

  result<journal::page> read(const std::string& room, const journal::range& part);
  result<journal::hits> search(const search_query& q);
  /// @param from the number of a room's row, as text
  result<journal::log_list> list(const std::string& from);

 private:
  struct connection;

  template <class Answer, class Function>
  result<Answer> in_one_snapshot(Function f);
  result<std::vector<journal::record>> open_record(const stored_record& r, const std::string& room,
                                                   const room_row& row);
  result<journal::page> read(connection& c, const std::string& room, const journal::range& part);

  database_file file_;
  key_ring& keys_;
  const search_index& index_;
  failure_reporter reporter_;
  std::unique_ptr<connection> connection_;
};

} // namespace asio_chat::sqlite
