// Whose messages are hidden: here, and by the account.
#include "fullscreen/windows.hpp"

#include "base/ascii.hpp"

namespace asio_chat::app {

bool is_ignored(const std::set<std::string>& ignored, std::string_view name) {
  return !ignored.empty() && ignored.contains(ascii::lower(std::string(name)));
}

void windows::ignore(std::string_view name) {
  ignored_here_.insert(ascii::lower(std::string(name)));
  join_ignored();
}

bool windows::unignore(std::string_view name) {
  const bool was = ignored_here_.erase(ascii::lower(std::string(name))) > 0;
  join_ignored();
  return was;
}

bool windows::take_ignored(const reply& r) {
  const bool taken = kept_ignored_.take(r);
  join_ignored();
  return taken;
}

void windows::forget_kept_ignored() {
  kept_ignored_.forget();
  join_ignored();
}

void windows::join_ignored() {
  ignored_ = kept_ignored_.folded();
  ignored_.insert(ignored_here_.begin(), ignored_here_.end());
}

} // namespace asio_chat::app
