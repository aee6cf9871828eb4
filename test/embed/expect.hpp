// What the programs of a stranger check, and say.
#pragma once

#include <iostream>
#include <stdexcept>

inline void expect(bool good, const char* what) {
  if (!good) throw std::runtime_error(what);
  std::cout << what << '\n';
}
