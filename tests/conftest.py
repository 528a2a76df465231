"""Loads the fixtures; each of their modules has one subject."""

import logging
import os
import signal

import pytest

# Started in the background by a shell, we would have SIGINT ignored, and so would what we start.
signal.signal(signal.SIGINT, signal.default_int_handler)

# With the key of whoever runs the tests, what they start would send texts to its vendor.
for vendor in ("ANTHROPIC", "OLLAMA", "OPENAI"):
    for field in ("API_KEY", "BASE_URL", "HOST"):
        os.environ.pop(f"{vendor}_{field}", None)


@pytest.fixture(autouse=True)
def _logging_as_it_was():
    """Commands and processes set up logging for themselves; the next test has pytest's own."""
    root, queueing = logging.getLogger(), logging.getLogger("vidwiz.queueing")
    before = (root.level, root.handlers[:], queueing.level)
    yield
    root.setLevel(before[0])
    root.handlers[:] = before[1]
    queueing.setLevel(before[2])


pytest_plugins = [
    "tests.fixtures.servers",
    "tests.fixtures.databases",
    "tests.fixtures.apps",
    "tests.fixtures.stacks",
    "tests.fixtures.youtube",
]
