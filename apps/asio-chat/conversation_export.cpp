// All that the server keeps of the account, into a file.
#include "conversation.hpp"

#include "base/atomic_file.hpp"
#include "base/sanitize.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace asio_chat::app {

namespace {

constexpr std::chrono::seconds between_notices{2};

/// `too much …; try again in 3 s`: what the server says to who asks too often.
std::optional<std::chrono::seconds> time_to_wait(std::string_view refusal) {
  constexpr std::string_view words = "; try again in ";
  constexpr int longest = 60;
  const auto at = refusal.rfind(words);
  if (at == std::string_view::npos) return {};
  refusal.remove_prefix(at + words.size());
  int seconds = 0;
  const char* last = refusal.data() + refusal.size();
  const auto [end, error] = std::from_chars(refusal.data(), last, seconds);
  const bool is_time = error == std::errc() && std::string_view(end, last) == " s";
  if (!is_time || seconds < 1 || seconds > longest) return {};
  return std::chrono::seconds(seconds);
}

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
  steady_time told;             ///< how far it is
  std::unique_ptr<timer> pause; ///< until the server gives the next piece
  std::string piece{};          ///< that was asked for
  std::uint64_t connection = 0; ///< over which
  bool waits = false;           ///< for the next one
  std::uint64_t bytes = 0;
  std::uint64_t lines = 0;
};

void conversation::export_account(typed_line line, bool marked, std::string path) {
  if (path.empty()) path = file_of(name_, time_.wall_now());
  auto file = atomic_file::make(path, existing::refused);
  if (!file) return refuse_unsent(line, errc::storage_failed, file.error().message);
  ++unanswered_;
  said_lines::line said{std::move(line.text), marked, std::move(line.from)};
  exports_.push_back(std::make_shared<export_under_way>(export_under_way{
      std::move(said), std::move(path), *std::move(file), time_.now(), time_.make_timer()}));
  ask_for_piece(exports_.back());
}

void conversation::ask_for_piece(const std::shared_ptr<export_under_way>& to) {
  to->connection = connections_;
  const auto why = std::make_shared<diagnostics>();
  chat_.async_command(focus_.room(), to->piece.empty() ? "/export me" : "/export me " + to->piece,
                      *why, [me = shared_from_this(), why, to](error_code e, const reply& r) {
                        if (me->over_) return;
                        if (!e) return me->on_piece(to, r);
                        me->on_no_piece(to, {e, why->message()});
                      });
}

/// The server keeps the place for a while, also when the connection has gone.
void conversation::on_no_piece(const std::shared_ptr<export_under_way>& to, const failure& why) {
  const bool lost = why.code == errc::connection_lost || why.code == errc::not_connected;
  if (lost && to->connection != connections_) return ask_for_piece(to);
  to->waits = lost && !leaving_ && (connected_ || comes_back_);
  if (to->waits) return;
  if (const auto wait = lost ? std::nullopt : time_to_wait(why.message)) {
    const std::weak_ptr<export_under_way> one = to;
    to->pause->wait_until(time_.now() + *wait, [weak = weak_from_this(), one] {
      const auto me = weak.lock();
      const auto again = one.lock();
      if (me && again && !me->over_) me->ask_for_piece(again);
    });
    return;
  }
  refuse(to->said, why);
  end_export(to);
}

void conversation::end_export(const std::shared_ptr<export_under_way>& one) {
  std::erase(exports_, one);
  answered();
}

void conversation::go_on_with_exports() {
  const auto all = exports_; // they may end
  for (const auto& one : all) {
    if (!std::exchange(one->waits, false)) continue;
    if (connected_)
      ask_for_piece(one);
    else
      on_no_piece(one, fail(errc::connection_lost, "the connection was lost during the export"));
  }
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
    return end_export(to);
  }
  to->bytes += piece.size();
  to->lines += static_cast<std::uint64_t>(std::ranges::count(piece, '\n'));
  if (!is_last) {
    if (const steady_time now = time_.now(); now - to->told >= between_notices) {
      to->told = now;
      if (!r.lines.empty())
        screen_.notice(fmt::format("[export: {}]", sanitize_for_terminal(r.lines.front())));
    }
    to->piece = r.items[1];
    return ask_for_piece(to);
  }
  show(reply{"",
             "export",
             {fmt::format("all that this server keeps of you is in '{}': {} lines, {} bytes",
                          sanitize_for_terminal(to->path), to->lines, to->bytes)},
             {to->path}},
       to->said.from);
  end_export(to);
}

} // namespace asio_chat::app
