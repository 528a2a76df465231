"""Prompts: one text file each, filled in a single pass, with strangers' text fenced."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from string import Template

_FENCE = "DATA-"
_FORGED = re.compile(rf"{_FENCE}(?=\S)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt file: a version line, and sections between lines `---`."""

    name: str
    version: str
    sections: tuple[str, ...]

    def fill(self, section: int = 0, /, *, fence: str, language: str = "", **data: str) -> str:
        """Return a section with `data` in it, between lines that nobody can forge.

        As everything is put in at once, a placeholder within the data stays what it is. What in
        the data looks like a fence loses its hyphen. Raises `KeyError` for a placeholder that
        nobody filled.
        """
        safe = {name: _FORGED.sub("DATA ", text) for name, text in data.items()}
        text = Template(self.sections[section]).substitute(safe, fence=fence, language=language)
        return text.strip() + "\n"


@cache
def load(name: str) -> Prompt:
    """Return the prompt of this name."""
    text = resources.files(__name__).joinpath(f"{name}.txt").read_text("utf-8")
    version, _, rest = text.partition("\n")
    sections = tuple(section.strip() for section in rest.split("\n---\n"))
    return Prompt(name, version.removeprefix("version: ").strip(), sections)


def fence(secret: str, transcript_sha256: str) -> str:
    """Return the line around strangers' text in all prompts about this transcript.

    Who wrote the video's texts cannot know it, and it is the same in every prompt, so that
    providers can cache what prompts begin with.
    """
    digest = hmac.digest(secret.encode(), f"fence {transcript_sha256}".encode(), "sha256")
    return f"{_FENCE}{digest.hex()[:16]}"
