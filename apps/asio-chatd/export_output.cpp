#include "export_output.hpp"

#include <asio_chat/error.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <system_error>

using namespace asio_chat;

namespace {

error cannot_be_written() {
  return error(fail(errc::storage_failed,
                    fmt::format("the export cannot be written: {}", std::strerror(errno))));
}

} // namespace

export_output::export_output(const std::string& path) {
  if (path.empty()) return;
  file_.emplace(atomic_file::make(path, existing::refused).value());
  to_ = opened_ = std::fopen(file_->unfinished().c_str(), "wbe");
  if (!to_) throw cannot_be_written();
}

export_output::~export_output() {
  if (opened_) std::fclose(opened_);
}

bool export_output::line(std::string text) {
  text.push_back('\n');
  if (std::fwrite(text.data(), 1, text.size(), to_) == text.size()) return true;
  if (reader_has_gone()) return false;
  complain();
}

void export_output::finish() {
  if (std::fflush(to_) != 0 && !reader_has_gone()) complain();
  if (file_) file_->publish().value();
}

bool export_output::reader_has_gone() const {
  if (opened_ || errno != EPIPE) return false;
  std::clearerr(to_); // it is no failure
  return true;
}

void export_output::complain() const {
  // Of standard output it is told as of every other command.
  if (!opened_)
    throw std::system_error(errno, std::generic_category(), "standard output cannot be written");
  throw cannot_be_written();
}
