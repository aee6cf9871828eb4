// Says what the profiles of RFC 8265 make of texts, so that others' work can be compared with it.
// Reads lines of code points in hexadecimal; a line for each says the class of each of them, and
// what UsernameCaseMapped and UsernameCasePreserved make of the text, or `-`.
#include "names/precis.hpp"

#include <fmt/format.h>
#include <utf8.h>

#include <cstdio>
#include <iostream>
#include <iterator>
#include <sstream>
#include <string>

using namespace asio_chat;

namespace {

char letter_of(precis::derived_property p) {
  constexpr std::string_view letters = "vfduJO";
  return letters[static_cast<std::size_t>(p)];
}

std::string hexadecimal(const result<std::string>& made) {
  if (!made) return "-";
  std::string all;
  for (const char32_t c : utf8::utf8to32(*made))
    all += fmt::format("{}{:X}", all.empty() ? "" : ".", static_cast<std::uint32_t>(c));
  return all;
}

} // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream codes(line);
    std::string text;
    std::string classes;
    for (std::uint32_t c = 0; codes >> std::hex >> c;) {
      utf8::append(static_cast<char32_t>(c), std::back_inserter(text));
      classes += letter_of(precis::derived_property_of(c));
    }
    fmt::print("{} {} {}\n", classes,
               hexadecimal(precis::enforce(text, precis::letter_case::mapped)),
               hexadecimal(precis::enforce(text, precis::letter_case::preserved)));
  }
}
