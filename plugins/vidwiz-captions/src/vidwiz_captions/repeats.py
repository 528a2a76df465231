"""What captions show twice although it is said once.

Whether a file rolls or grows is judged on the whole of it: in one that does, nearly every cue
repeats the one before; in one that does not, a line said twice stays twice.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import groupby, islice, pairwise
from operator import attrgetter
from typing import TYPE_CHECKING

from vidwiz_captions.cues import Cue

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SCREEN_ROWS = 4  # the most that roll-up captions have
_FLASH = 50  # YouTube shows each finished line alone for 10 ms before the next is built under it
_PAUSE = 500  # a screen that was empty for longer was cleared
_TOUCH = 100  # between two cues with the same words; two frames, or what rounding leaves
_TWIN_TOUCH = 250  # the same in a file where nearly every cue is one of two or three
_MOST_TWINS = 3
_FEWEST_LINES = 3  # that are doubled in such a file
_SHORT = 3  # words of a line that is likely sung or called out again
_TWIN_SHARE = 4  # one cue in so many is a twin in a file that was made with twins
_SHARE = 3  # one cue in so many repeats another in a file that rolls or grows
_LONG_LOOP = 20  # of words that somebody may call five times and more
_LOOP = 5  # the same cue so often in a row is a speech recogniser that was caught in a loop
_NEAR = 4  # cues that may stand on the screen at once
_FEWEST_WORDS = 2  # that two rows on one line share; one word may be the same by chance
_MOST_WORDS = 60  # of two rows
_FEWEST_REPEATS = 2  # once is no way of showing captions
_GROWS, _ROLLS, _SAME = 1, 2, 3  # how a cue goes on with the words of the one before
_EMPTY_SCREEN = Cue(0, 0, "")
# A word, or a character of a language that is written without spaces.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\s\u3040-\u30ff\u3400-\u9fff]+")
_LONG_PAUSE = 1500  # between cues of a file in which most show words of the one before
_SAMPLE = 400  # cues that tell whether a file is such
_FEWEST_ROLLS = 3
_MARKS = ".,!?;:…\"'"


def without_repeats(cues: list[Cue]) -> None:
    """Leave in `cues`, which are in the order of time, each thing that is said once."""
    cues[:] = _without_twins(cues)
    rows = _repeated_rows(cues)
    if rows is not None:
        cues[:] = _without_rows(cues, rows)
        return
    cues[:] = _joined(cues)
    cues[:] = _without_loops(cues)
    _take_overlaps(cues)


def _words(cue: Cue) -> str:
    return cue.text.replace("\n", " ")


def _without_twins(cues: Sequence[Cue]) -> Iterator[Cue]:
    """Yield each once: a cue with the same words at the same time is the same cue."""
    for _, together in groupby(cues, key=attrgetter("start")):
        longest: dict[str, Cue] = {}
        for cue in together:
            words = _words(cue)
            known = longest.get(words)
            if known is None or cue.end > known.end:
                longest[words] = cue
        yield from longest.values()


def _repeated_rows(cues: Sequence[Cue]) -> bytearray | None:
    """Return how many lines of each cue a rolling screen showed before, None when none rolls."""
    repeated = bytearray()
    rolling = 0
    shown, above = _EMPTY_SCREEN, [""]
    for cue in cues:
        lines = cue.text.split("\n")
        count = _repeated_lines(above, lines, pause=cue.start - shown.end)
        rolling += count > 0 and (count < len(lines) or cue.end - cue.start <= _FLASH)
        repeated.append(count)
        shown, above = cue, lines
    return repeated if rolling * _SHARE > len(cues) else None


def _repeated_lines(shown: Sequence[str], lines: Sequence[str], *, pause: int) -> int:
    """Count the lines at the top that stood at the bottom of the screen before.

    Rather too few than all: of `no / no` after `no / no` the lower one is new. A line over a new
    one was carried up, however long ago it came; alone, after a pause, it is said again. `pause` is
    in milliseconds.
    """
    rows = range(min(len(shown), len(lines), _SCREEN_ROWS), 0, -1)
    matches = [count for count in rows if shown[-count:] == lines[:count]]
    for count in matches:
        if count < len(lines):
            return count
    return len(lines) if matches and pause <= _PAUSE else 0


def _without_rows(cues: Sequence[Cue], repeated: bytearray) -> Iterator[Cue]:
    for cue, count in zip(cues, repeated, strict=True):
        lines = cue.text.split("\n")
        if count < len(lines):
            yield Cue(cue.start, cue.end, "\n".join(lines[count:])) if count else cue


def _joined(cues: Sequence[Cue]) -> list[Cue]:
    """Join cues with the same words of which one ends where the other begins, or later.

    Short lines that only touch (`la la la`) are said again, unless the file has many twins.
    """
    if _is_doubled(cues):
        return _join(cues, spares_short=False, touch=_TWIN_TOUCH)
    joined = _join(cues, spares_short=False)
    if (len(cues) - len(joined)) * _TWIN_SHARE > len(cues):
        return joined
    return _join(cues, spares_short=True)


def _is_doubled(cues: Sequence[Cue]) -> bool:
    """Tell whether nearly every cue is followed at once by the same, once or twice."""
    runs: list[int] = []
    shown = _EMPTY_SCREEN
    for cue in cues:
        if runs and cue.start - shown.end <= _TWIN_TOUCH and _words(cue) == _words(shown):
            runs[-1] += 1
        else:
            runs.append(1)
        shown = cue
    doubled = sum(1 < run <= _MOST_TWINS for run in runs)
    return doubled >= _FEWEST_LINES and doubled * _TWIN_SHARE > (_TWIN_SHARE - 1) * len(runs)


def _join(cues: Sequence[Cue], *, spares_short: bool, touch: int = _TOUCH) -> list[Cue]:
    kept: list[Cue] = []
    last: list[str] = []  # the words of the last of them
    for cue in cues:
        words = _words(cue)
        for back in range(1, min(_NEAR, len(kept)) + 1):
            known = kept[-back]
            is_twin = last[-back] == words and cue.start - known.end <= touch
            if is_twin and not (spares_short and _may_be_said_again(known, cue)):
                kept[-back] = Cue(known.start, max(known.end, cue.end), known.text)
                break
        else:
            kept.append(cue)
            last = [*last[1 - _NEAR :], words]
    return kept


def _may_be_said_again(cue: Cue, again: Cue) -> bool:
    is_apart = cue.start < cue.end <= again.start < again.end
    return is_apart and len(_WORD.findall(cue.text)) <= _SHORT


def _without_loops(cues: Sequence[Cue]) -> Iterator[Cue]:
    """Join what comes five times and more in a row, with hardly a pause.

    Up to three words may be said so often; where they do not touch, they have to come many times.
    """
    run: list[Cue] = []
    for cue in cues:
        if run and (_words(cue) != _words(run[0]) or cue.start - run[-1].end > _PAUSE):
            yield from _one_of(run)
            run = []
        run.append(cue)
    yield from _one_of(run)


def _one_of(run: list[Cue]) -> list[Cue]:
    if len(run) < _LOOP or (len(run) < _LONG_LOOP and _are_calls(run)):
        return run
    return [replace(run[0], end=max(cue.end for cue in run))]


def _are_calls(run: Sequence[Cue]) -> bool:
    """Tell whether they are short and do not touch, as those of a recogniser do."""
    pauses = (later.start - cue.end for cue, later in pairwise(run))
    return len(_WORD.findall(run[0].text)) <= _SHORT and min(pauses) > _TOUCH


def _take_overlaps(cues: list[Cue]) -> None:
    """Undo cues that grow word by word, and rows that roll on one line.

    A cue that grows comes once, with all its words and the whole time. Of rows that roll each
    phrase comes with the time at which it was new.
    """
    pause = _LONG_PAUSE if _rolls_slowly(cues[:_SAMPLE]) else _PAUSE
    shared, steps = _overlaps(cues, pause)
    growing, rolling = steps.count(_GROWS), steps.count(_ROLLS)
    repeats = growing + rolling
    if repeats < _FEWEST_REPEATS:
        return
    if repeats * _SHARE <= len(cues):
        cues[:] = _merged(cues, shared, _in_a_row(steps))
    elif rolling >= growing:
        cues[:] = _merged(cues, shared, bytearray(_ROLLS if step else 0 for step in steps))
    else:
        cues[:] = _merged(cues, shared, steps.replace(bytes([_SAME]), bytes([_GROWS])))


def _rolls_slowly(cues: Sequence[Cue]) -> bool:
    """Tell whether most cues show words of the one before, although the screen was cleared."""
    _, steps = _overlaps(cues, _LONG_PAUSE)
    growing, rolling = steps.count(_GROWS), steps.count(_ROLLS)
    repeats = growing + rolling
    return repeats >= _FEWEST_ROLLS and rolling >= growing and repeats * 2 > len(cues)


def _overlaps(cues: Sequence[Cue], pause: int) -> tuple[list[int], bytearray]:
    """Return for each cue the number of words that it shares with the end of the one before.

    And whether it is that one with more words, shows some of its words on, or only has other marks.
    After more than `pause` milliseconds it is new.
    """
    shared, steps = [], bytearray()
    shown = _EMPTY_SCREEN
    before: list[str] = []
    for cue in cues:
        words = [word.strip(_MARKS).casefold() for word in _WORD.findall(cue.text)]
        count = step = 0
        if cue.start - shown.end <= pause and words:
            if words == before:
                count, step = len(words), _SAME
            elif _grows(before, words):
                count = len(before) - (words[len(before) - 1] != before[-1])
                # What stands on a new row is a new phrase.
                step = _ROLLS if count and _follows_row(cue.text, count) else _GROWS
            elif words[0] in before:
                count = _overlap(before, words)
                step = _ROLLS if count >= _FEWEST_WORDS else 0
        shared.append(count)
        steps.append(step)
        shown, before = cue, words
    return shared, steps


def _grows(before: Sequence[str], words: Sequence[str]) -> bool:
    """Tell whether these are those before and more, the last of which may have been cut."""
    last = len(before) - 1
    return (
        0 <= last < len(words)
        and words[last].startswith(before[last])
        and before[:last] == words[:last]
    )


def _follows_row(text: str, count: int) -> bool:
    return "\n" in text and text[_end_of(text, count) :].startswith("\n")


def _overlap(before: Sequence[str], words: Sequence[str]) -> int:
    """Return how many words at the end of the one are at the beginning of the other."""
    for at in range(max(0, len(before) - _MOST_WORDS), len(before)):
        if before[at] == words[0] and before[at:] == words[: len(before) - at]:
            return len(before) - at
    return 0


def _in_a_row(steps: bytearray) -> bytearray:
    """Leave only what grows twice at least: `No.` and `No, never.` are both said."""
    around = [0, *steps, 0]
    return bytearray(
        _GROWS if step in {_GROWS, _SAME} and _GROWS in {around[at], around[at + 2]} else 0
        for at, step in enumerate(steps)
    )


def _merged(cues: Sequence[Cue], shared: Sequence[int], steps: bytearray) -> list[Cue]:
    """Let cues that have grown take the place of those before, and cut what others repeat."""
    kept: list[Cue] = []
    cut = 0  # words of the last cue that were cut, since they were shown before
    for cue, count, step in zip(cues, shared, steps, strict=True):
        if step == _GROWS:
            start, end = kept[-1].start, max(kept[-1].end, cue.end)
            kept[-1] = Cue(start, end, _after(cue.text, cut))
        elif step == _ROLLS and not (rest := _after(cue.text, count)):
            kept[-1] = replace(kept[-1], end=max(kept[-1].end, cue.end))
        else:
            cut = count if step == _ROLLS else 0
            kept.append(replace(cue, text=rest) if cut else cue)
    return kept


def _after(text: str, count: int) -> str:
    """Return what stands after so many words."""
    return text[_end_of(text, count) :].strip()


def _end_of(text: str, count: int) -> int:
    words = islice(_WORD.finditer(text), count - 1, None) if count else iter(())
    return next((word.end() for word in words), 0)
