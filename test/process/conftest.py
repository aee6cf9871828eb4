"""Which tests run when.

What compares pages with sources is marked `page`, and is a test of its own in ctest, `structure: pages`.
What measures the machine (resident pages, times, rates) is marked `machine` and run on demand only,
by the target measure_machine: a slow or busy machine is no fault of the code."""

import os


def pytest_configure(config):
    config.addinivalue_line("markers", "machine: measures the machine, run by the target measure_machine")
    config.addinivalue_line("markers", "page: compares pages with sources and starts no program of ours")


def pytest_collection_modifyitems(config, items):
    wanted = "ASIO_CHAT_MEASURE" in os.environ
    chosen = [item for item in items if bool(item.get_closest_marker("machine")) == wanted]
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = chosen
