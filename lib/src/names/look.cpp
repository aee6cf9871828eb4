#include "names/look.hpp"

#include "base/ascii.hpp"
#include "names/member_name.hpp"

#include <unicode/uspoof.h>
#include <utf8.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <memory>
#include <stdexcept>

namespace asio_chat {

namespace {

struct closes_checker {
  void operator()(USpoofChecker* c) const noexcept { uspoof_close(c); }
};

/// ICU is there without its data.
void check(UErrorCode error) {
  if (U_FAILURE(error)) throw std::runtime_error(u_errorName(error));
}

std::unique_ptr<USpoofChecker, closes_checker> make_checker() {
  UErrorCode error = U_ZERO_ERROR;
  std::unique_ptr<USpoofChecker, closes_checker> made(uspoof_open(&error));
  uspoof_setChecks(made.get(),
                   USPOOF_RESTRICTION_LEVEL | USPOOF_INVISIBLE | USPOOF_MIXED_NUMBERS |
                       USPOOF_HIDDEN_OVERLAY,
                   &error);
  uspoof_setRestrictionLevel(made.get(), USPOOF_HIGHLY_RESTRICTIVE);
  check(error);
  return made;
}

/// Made for the first name that is not ASCII: it takes memory that servers without such do not
/// need.
const USpoofChecker* checker() {
  static const auto made = make_checker();
  return made.get();
}

std::string skeleton_of(std::string_view letter) {
  constexpr std::int32_t enough = 128; // the longest of one code point has 18 others
  std::string found(enough, '\0');
  UErrorCode error = U_ZERO_ERROR;
  const std::int32_t size =
      uspoof_getSkeletonUTF8(checker(), 0, letter.data(), static_cast<std::int32_t>(letter.size()),
                             found.data(), enough, &error);
  check(error);
  found.resize(static_cast<std::size_t>(size));
  return found;
}

std::string look_of(std::string_view name) {
  std::string look;
  for (auto at = name.begin(); at != name.end();) {
    const auto begin = at;
    utf8::unchecked::next(at);
    const std::string_view letter(begin, at);
    look += letter.size() == 1 ? std::string(letter) : skeleton_of(letter);
  }
  return fold_name(look);
}

} // namespace

result<void> check_seen_as_it_is(std::string_view name) {
  UErrorCode error = U_ZERO_ERROR;
  const std::int32_t found = uspoof_check2UTF8(
      checker(), name.data(), static_cast<std::int32_t>(name.size()), nullptr, &error);
  check(error);
  if ((found & USPOOF_RESTRICTION_LEVEL) != 0) {
    return fail(errc::name_invalid, "a name has letters of one script: those of several look alike "
                                    "(Latin ones may stand beside Chinese, Japanese and Korean "
                                    "ones)");
  }
  if ((found & USPOOF_MIXED_NUMBERS) != 0)
    return fail(errc::name_invalid, "a name has digits of one kind");
  if (found != 0) return fail(errc::name_invalid, "a name has no marks that are not seen");
  return {};
}

std::vector<std::string> looks_of(std::string_view name) {
  if (ascii::is_ascii(name)) return {fold_name(name)};
  std::vector<std::string> looks{look_of(name)};
  if (std::string folded = look_of(fold_name(name)); folded != looks.front())
    looks.push_back(std::move(folded));
  return looks;
}

void look_book::put(std::string_view name, const identity& who) {
  if (ascii::is_ascii(name)) return;
  for (std::string& look : looks_of(name))
    owners_.emplace(std::move(look), who);
}

void look_book::remove(std::string_view name, const identity& who) {
  if (ascii::is_ascii(name)) return;
  for (const std::string& look : looks_of(name)) {
    const auto [first, last] = owners_.equal_range(look);
    const auto found = std::find_if(first, last, [&](const auto& o) { return o.second == who; });
    if (found != last) owners_.erase(found);
  }
}

std::vector<identity> look_book::owners_of(const std::string& look) const {
  const auto [first, last] = owners_.equal_range(look);
  std::vector<identity> all;
  std::transform(first, last, std::back_inserter(all), [](const auto& o) { return o.second; });
  return all;
}

} // namespace asio_chat
