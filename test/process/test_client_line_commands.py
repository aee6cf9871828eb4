"""asio-chat in the line mode and in pipes: what the client does there by itself, and what it offers."""

import subprocess
from pathlib import Path

import pytest

from clients import CLIENT, Cable, Terminal, daemon, home, listener, pipe, terminal
from programs import BIN, until
from test_client_fullscreen import full
