"""The numbers and names of cues, which stand above their times and are not said."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vidwiz_captions.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

_NUMBER = re.compile(
    r"(?:[\[({№]\s?)?(?:(?:cue|no|nr|subtitle|caption)\b\.?\s?)?\#?\s?(\d{1,9})\s?[\])}.:]?",
    re.IGNORECASE,
)
# What Teams gives to each caption.
_ID = re.compile(
    r"\s*[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}(?:[/_-][\d-]{1,20})?\s*", re.IGNORECASE
)
_LONGEST = 60  # characters

LABEL, BLANK_BELOW, NO_BLANK, ALONE, NAME = (
    *("label", "blank below", "no blank above", "nothing above"),
    "name and nothing above",
)
"""How sure it is: a label for certain, or one only where most cues of the file have such."""


@dataclass(frozen=True, slots=True)
class Label:
    """What may be the label of the next cue; `number` is None when it is a name.

    `is_tight` tells that no empty line is above it.
    """

    doubt: str
    number: int | None
    is_tight: bool = False


def number_of(line: str) -> int | None:
    """Return the number when `line` may be the number of a cue."""
    if len(line) > _LONGEST:
        return None
    match = _NUMBER.fullmatch(clean(line))
    return int(match[1]) if match else None


def is_label(line: str) -> bool:
    """Tell whether a line can be the label of a cue wherever it stands: a number, or such an id."""
    return number_of(line) is not None or is_id(line)


def is_id(line: str) -> bool:
    """Tell whether a line is an identifier that no one says."""
    return _ID.fullmatch(line) is not None


def find_label(body: Sequence[str], number: int | None, *, names: bool) -> Label | None:
    """Judge the last line of a cue, the empty ones being "", before the line with the next times.

    `number` is the cue's own: where the empty line between the cues is missing, the next in turn
    is no word, but captions may speak of other numbers. `names` tells that cues may have names.
    """
    end = len(body)
    while end and not body[end - 1]:
        end -= 1
    if not end or is_id(body[end - 1]):
        return Label(LABEL, None) if end else None
    value = number_of(body[end - 1])
    after_blank = end > 1 and not body[end - 2]
    below = end < len(body)
    alone = not any(body[: end - 1])
    doubt = None
    if value is None:
        if names and after_blank and not below:
            doubt = NAME if alone else LABEL
    elif not below and (
        (after_blank and not alone) or (number is not None and value == number + 1)
    ):
        doubt = LABEL
    elif after_blank:
        doubt = BLANK_BELOW if below else ALONE
    elif not alone:
        doubt = NO_BLANK
    return Label(doubt, value, not after_blank) if doubt and not (below and alone) else None


def first_label(body: Sequence[str], *, names: bool) -> Label | None:
    """Return what stands above the first line with times, where only a label can stand."""
    last = next((line for line in reversed(body) if line), None)
    number = number_of(last) if last else None
    is_name = names and bool(body) and body[-1] != ""
    return Label(LABEL, number) if number is not None or is_name else None


class Labels:
    """What was found at the end of all cues of a file, which together decide about the doubtful."""

    def __init__(self) -> None:
        self._cues = 0
        self._sure = 0
        self._tight = 0
        self._doubtful: list[tuple[int, str]] = []

    def count(self, label: Label | None, cue: int | None) -> None:
        """Add what stands above a line with times; `cue` is where a doubtful one was kept."""
        self._cues += 1
        if label is None:
            return
        self._tight += label.is_tight
        if label.doubt == LABEL or cue is None:
            self._sure += 1
        else:
            self._doubtful.append((cue, label.doubt))

    def wrong_lines(self) -> list[int]:
        """Return the cues whose last line is a label after all: where half of all have such."""
        all_labels = self._sure + len(self._doubtful)
        above = self._cues - 1  # the first has no cue above it
        is_usual = {
            ALONE: self._sure > 0 and 2 * all_labels >= self._cues,
            NAME: 2 * self._sure >= self._cues,
            BLANK_BELOW: 2 * all_labels >= self._cues,
            NO_BLANK: self._sure > 0 and 2 * self._tight > above,
        }
        return [cue for cue, doubt in self._doubtful if is_usual[doubt]]
