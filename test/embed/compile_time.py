"""The CPU seconds that it takes to compile the smallest server with the library, and an echo over TLS
with Asio header-only: what a program that embeds the library waits for.

    test/embed/compile_time.py [ROUNDS]
"""

import os
import pathlib
import resource
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SEPARATE = ["-DBOOST_ASIO_SEPARATE_COMPILATION", "-DBOOST_BEAST_SEPARATE_COMPILATION"]


def used():
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def seconds(source, *flags):
    before = used()
    subprocess.run([os.environ.get("CXX", "c++"), "-std=c++20", "-O3", "-DNDEBUG", *flags,
                    f"-I{ROOT}/lib/include", "-c", ROOT / source, "-o", os.devnull], check=True)
    return used() - before


rounds = [(seconds("apps/examples/embedded_chat.cpp", *SEPARATE), seconds("test/embed/ssl_echo.cpp"))
          for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 5)]
for name, index in (("embedded_chat.cpp, the library", 0), ("ssl_echo.cpp, Asio header-only", 1)):
    print(f"{name}: {statistics.median(r[index] for r in rounds):.2f} s")
print(f"ratio: {statistics.median(a / b for a, b in rounds):.2f}")
