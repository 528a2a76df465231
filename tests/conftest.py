"""Loads the fixtures; each of their modules has one subject."""

pytest_plugins = [
    "tests.fixtures.servers",
    "tests.fixtures.databases",
    "tests.fixtures.apps",
    "tests.fixtures.stacks",
]
