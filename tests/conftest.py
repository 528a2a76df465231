"""Loads the fixtures; each of their modules has one subject."""

import signal

# Started in the background by a shell, we would have SIGINT ignored, and so would what we start.
signal.signal(signal.SIGINT, signal.default_int_handler)

pytest_plugins = [
    "tests.fixtures.servers",
    "tests.fixtures.databases",
    "tests.fixtures.apps",
    "tests.fixtures.stacks",
]
