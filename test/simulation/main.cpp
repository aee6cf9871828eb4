// Runs the domain over a simulated disk with seeded schedules of sends, disconnections, slow
// readers and crashes, and compares what each person has seen with the log.
//   simulation [FIRST_SEED [SEEDS]]
#include "world.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>

using namespace asio_chat::simulation;

namespace {

constexpr std::size_t steps = 600;

struct outcome {
  std::uint64_t trace;
  std::uint64_t entries;
  std::uint64_t crashes;
  std::uint64_t forgotten;
};

outcome run(std::uint64_t seed) {
  world w(seed);
  w.run(steps);
  return {w.trace(), w.entries(), w.crashes(), w.forgotten()};
}

} // namespace

int main(int argc, char** argv) {
  const std::uint64_t first = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1;
  const std::uint64_t seeds = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  outcome all{0, 0, 0, 0};
  for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
    try {
      const outcome o = run(seed);
      if (seed % 64 == 0 && run(seed).trace != o.trace)
        throw broken_promise{"the same seed is not the same run"};
      all.entries += o.entries;
      all.crashes += o.crashes;
      all.forgotten += o.forgotten;
    } catch (const broken_promise& b) {
      fmt::print("seed {}: {}\nagain: simulation {}\n", seed, b.what, seed);
      return 1;
    }
  }
  fmt::print("{} seeds, {} steps each: {} entries, {} crashes, {} members forgotten; every promise "
             "was kept\n",
             seeds, steps, all.entries, all.crashes, all.forgotten);
  return 0;
}
