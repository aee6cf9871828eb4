// All that the server keeps of the account, into a file.
#include "conversation.hpp"

#include "base/atomic_file.hpp"
#include "base/sanitize.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace asio_chat::app {

namespace {

constexpr std::chrono::seconds between_notices{2};

/// The name comes from the server, which must not choose where it is written.
std::string file_of(const std::string& name, wall_time now) {
  constexpr std::size_t longest = 128; // a file system takes 255 bytes, and a time comes behind it
  const bool is_good = !name.empty() && name.size() <= longest && name.front() != '.' &&
                       name.front() != '-' && name.find('/') == std::string::npos &&
                       sanitize_for_terminal(name) == name;
  return fmt::format("{}-{:%Y%m%dT%H%M%SZ}.jsonl", is_good ? name : "export",
                     std::chrono::floor<std::chrono::seconds>(now));
}

} // namespace

struct conversation::export_under_way {
  said_lines::line said;
  std::string path;
  atomic_file file;
  steady_time told; ///< how far it is
  std::uint64_t bytes = 0;
  std::uint64_t lines = 0;
};

void conversation::export_account(typed_line line, bool marked, std::string path) {
  if (path.empty()) path = file_of(name_, time_.wall_now());
  auto file = atomic_file::make(path, existing::refused);
  if (!file) return refuse_unsent(line, errc::storage_failed, file.error().message);
  ++unanswered_;
  said_lines::line said{std::move(line.text), marked, std::move(line.from)};
  ask_for_piece(std::make_shared<export_under_way>(export_under_way{
                    std::move(said), std::move(path), *std::move(file), time_.now()}),
                {});
}

void conversation::ask_for_piece(const std::shared_ptr<export_under_way>& to,
                                 const std::string& piece) {
  const auto why = std::make_shared<diagnostics>();
  chat_.async_command(focus_.room(), piece.empty() ? "/export me" : "/export me " + piece, *why,
                      [me = shared_from_this(), why, to](error_code e, const reply& r) {
                        if (me->over_) return;
                        if (!e) return me->on_piece(to, r);
                        me->refuse(to->said, {e, why->message()});
                        me->answered();
                      });
}

void conversation::on_piece(const std::shared_ptr<export_under_way>& to, const reply& r) {
  const bool is_last = r.items.size() < 2;
  const std::string none;
  const std::string& piece = r.items.empty() ? none : r.items.front();
  // It is JSON in lines, and may be looked at in a terminal.
  const bool is_text = !r.items.empty() && std::ranges::none_of(piece, [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == '\x7f';
  });
  auto written = is_text ? to->file.write(piece)
                         : fail(errc::not_available, "what the server has sent is no export");
  if (written && is_last) written = to->file.publish();
  if (!written) {
    refuse(to->said, written.error());
    return answered();
  }
  to->bytes += piece.size();
  to->lines += static_cast<std::uint64_t>(std::ranges::count(piece, '\n'));
  if (!is_last) {
    if (const steady_time now = time_.now(); now - to->told >= between_notices) {
      to->told = now;
      if (!r.lines.empty())
        screen_.notice(fmt::format("[export: {}]", sanitize_for_terminal(r.lines.front())));
    }
    return ask_for_piece(to, r.items[1]);
  }
  show(reply{"",
             "export",
             {fmt::format("all that this server keeps of you is in '{}': {} lines, {} bytes",
                          sanitize_for_terminal(to->path), to->lines, to->bytes)},
             {to->path}},
       to->said.from);
  answered();
}

} // namespace asio_chat::app
