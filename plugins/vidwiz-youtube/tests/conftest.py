"""The local YouTube for the tests of these fetchers."""

from tests.fixtures.youtube import through_youtube, youtube  # noqa: F401
