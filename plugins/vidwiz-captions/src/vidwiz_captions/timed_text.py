"""SubRip, WebVTT and SubViewer: words under lines with times, in the states that files come in.

They are read piece by piece, and of each caption its times and its words alone are kept, so that a
file does not take many times its size in memory.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from vidwiz_captions.cues import (
    MOST_LINES,
    UNKNOWN,
    Cue,
    NotCaptionsError,
    fill_times,
    head_of,
    lines_of,
    refuse_too_many,
    what_else,
)
from vidwiz_captions.labels import LABEL, Labels, find_label, first_label, is_label, number_of
from vidwiz_captions.text import clean, clean_lines, visible
from vidwiz_captions.times import BARE, BESIDE, LOOSE, NONE, WEAK, Timing, read_timing
from vidwiz_captions.transcript import is_transcript, read_transcript

if TYPE_CHECKING:
    from vidwiz_captions.encoding import EncodedText

_BLOCK = re.compile(r"NOTE(?:\s|$)|(?:STYLE|REGION)\s*$")
_HEAD = re.compile(r"WEBVTT(?:\s*$|\s+-|\s+\w+[:=])")  # `WEBVTT is a format` is said
_HEAD_LINE = re.compile(
    r"X-TIMESTAMP-MAP\s*=|Kind:\s*(?:captions|subtitles|descriptions|chapters|metadata)\s*$"
    r"|Language:\s*[a-z]{2,3}(?:[-_]\w+)*\s*$",
    re.IGNORECASE,
)
_LOG = re.compile(r"(?:whisper_\w+|ggml_\w+|output_\w+|main|system_info)\s*:")  # of whisper.cpp
_BREAK = re.compile(r"\[br\]", re.IGNORECASE)
_INNER = re.compile(
    r"\s{1,3}(?:\d{1,6}\s{1,3})?(?=\d{1,3}:\d\d:\d\d[,.]\d{1,3}\s?-->\s?\d{1,3}:\d\d:)"
)
_NEXT = 60_000  # milliseconds after the end of a cue in which the next one likely begins
_APART = frozenset("\ufeffWNSRXxKkLlwgoms")  # how such lines begin
_LINES_OF_CUE = 5  # number, times and two or three lines
_EMPTY_CUES = 3  # of so many lines with times one has words at least
_SHORT = 40  # characters; a line that shows nothing is no longer


def read_srt(source: EncodedText) -> list[Cue]:
    """Read SubRip, WebVTT by a wrong name, or a transcript; raise `NotCaptionsError`."""
    try:
        return _read(source, vtt=head_of(source).startswith("webvtt"))
    except NotCaptionsError:
        if not is_transcript(source):
            raise
    return read_transcript(source)


def read_txt(source: EncodedText) -> list[Cue]:
    """Read a transcript with times, or SubRip by another name; raise `NotCaptionsError`."""
    if is_transcript(source):
        return read_transcript(source)
    lines = timings = 0
    for line in lines_of(source.chunks()):
        timing = read_timing(line)
        lines += not _is_blank(line)
        timings += timing is not None and timing.doubt <= BESIDE
    if timings * _LINES_OF_CUE < lines or not timings:
        raise NotCaptionsError(what_else(source) or "most of its lines have no time")
    return _read(source, vtt=head_of(source).startswith("webvtt"))


def read_vtt(source: EncodedText) -> list[Cue]:
    """Read WebVTT, with or without its heading; raise `NotCaptionsError`."""
    return _read(source, vtt=True)


def read_sbv(source: EncodedText) -> list[Cue]:
    """Read YouTube's SubViewer; raise `NotCaptionsError`."""
    cues = _read(source, vtt=False)
    return [replace(cue, text=clean_lines(_BREAK.sub("\n", cue.text))) for cue in cues]


def _read(source: EncodedText, *, vtt: bool) -> list[Cue]:
    reader = _Reader(vtt=vtt)
    for line in lines_of(source.chunks()):
        reader.add(line)
    cues = reader.finish()
    if not reader.has_times and not head_of(source).startswith("webvtt"):
        reason = what_else(source) or "it has no line with the times of a caption"
        raise NotCaptionsError(reason)
    return cues


class _Reader:
    """Cuts at the lines with times rather than at empty lines, which are often wrong."""

    def __init__(self, *, vtt: bool) -> None:
        self.has_times = False
        self._vtt = vtt
        self._cues: list[Cue] = []
        self._labels = Labels()
        self._times: Timing | None = None
        self._body: list[str] = []
        self._number: int | None = 0
        self._count = 0  # of lines with times
        self._is_precise = False  # the file's times are more than minutes and seconds
        self._skips_block = self._skips_head = False

    def add(self, line: str) -> None:
        """Take the next line of the file."""
        if line.count("-->") > 1 and (pieces := _pieces(line)):
            for piece in pieces:
                self.add(piece)
            return
        timing = read_timing(line)
        if timing is not None and self._times is not None and self._continues(timing):
            end = timing.start if timing.end == UNKNOWN else timing.end
            self._times = replace(self._times, end=end)
        elif timing is not None and self._is_due(timing):
            self._end_cue(followed=True)
            self._begin(timing)
        else:
            self._add_line("" if _is_blank(line) else line)

    def finish(self) -> list[Cue]:
        """Return the cues, in the order of the file."""
        self._end_cue(followed=False)
        cues = self._cues
        for index in self._labels.wrong_lines():
            text, _, _ = cues[index].text.rpartition("\n")
            cues[index] = replace(cues[index], text=text)
        cues[:] = [cue for cue in cues if cue.text]
        fill_times(cues)
        return cues

    def _continues(self, timing: Timing) -> bool:
        """Tell whether it is the second half of a line with times that was broken in two."""
        times = self._times
        return (
            times is not None
            and timing.is_rest
            and times.end == UNKNOWN
            and not any(self._body)
            and not timing.words
        )

    def _is_due(self, timing: Timing) -> bool:
        if timing.doubt == LOOSE:
            is_first = self._times is None and not any(self._body[-1:])
            return not self._skips_block and (is_first or self._is_labelled())
        if self._times is None:
            return not (timing.doubt == WEAK and timing.is_rest)
        if timing.doubt == NONE:
            return True
        if timing.doubt == BARE and not (self._is_precise and self._is_far(timing)):
            return True
        if timing.doubt == BESIDE and (self._times.words or self._times.start < timing.start):
            return True
        return self._is_labelled()

    def _is_far(self, timing: Timing) -> bool:
        """Tell whether it names a time that is not the next."""
        times = self._times
        return times is None or not times.start < timing.start <= times.end + _NEXT

    def _is_labelled(self) -> bool:
        """Tell whether a line with times is due: what was read ends in a gap or in a label."""
        body = self._body
        if not any(body):
            return False
        if not body[-1] or is_label(body[-1]):
            return True
        return self._vtt and body[-2:-1] == [""] and any(body[:-2])

    def _begin(self, timing: Timing) -> None:
        self._count += 1
        refuse_too_many(self._count // _EMPTY_CUES)
        self._times = timing
        self._body = [timing.words] if timing.words else []
        self._skips_block = self._skips_head = False
        self.has_times |= timing.start != UNKNOWN
        self._is_precise |= timing.doubt <= BESIDE

    def _add_line(self, line: str) -> None:
        body = self._body
        if self._skips_head and line:
            return
        self._skips_head = False
        if self._skips_block or (not line and body and not body[-1]):
            return
        if line and self._is_apart(line):
            return
        body.append(line)
        if self._times is None:
            del body[:-3]  # before the first caption only its own label counts
        elif len(body) > MOST_LINES:
            raise NotCaptionsError(f"a caption in it has over {MOST_LINES:,} lines")

    def _is_apart(self, line: str) -> bool:
        """Tell whether a heading or a block begins, or it is a line of no caption."""
        if line[0] not in _APART:
            return False
        after_blank = not self._body or not self._body[-1]
        text = visible(line)
        if _HEAD.match(text) or (after_blank and text.startswith("WEBVTT")):
            self._vtt = self._skips_head = True
        elif self._vtt and after_blank and self._body and _BLOCK.match(text):
            self._skips_block = True
        elif _HEAD_LINE.match(text) and (text[0] in "Xx" or after_blank):
            self._skips_head = text[0] in "Xx"
        else:
            listed = self._times is not None and self._times.is_listed
            return listed and _LOG.match(text) is not None
        if self._body and self._body[-1]:
            self._body.append("")
        return True

    def _end_cue(self, *, followed: bool) -> None:
        """Make a cue of what was read; when it is `followed`, its last line may be a label."""
        body, times = self._body, self._times
        label = None
        if times is None:
            label = first_label(body, names=self._vtt)
            self._labels.count(label, None)
        else:
            if followed:
                label = find_label(body, self._number, names=self._vtt)
            sure = label is not None and label.doubt == LABEL
            if sure:
                while not body.pop():
                    pass
            kept = self._add_cue(times, body)
            if followed:
                self._labels.count(label, len(self._cues) - 1 if kept and not sure else None)
        self._number = label.number if label else None

    def _add_cue(self, times: Timing, body: list[str]) -> bool:
        text = clean_lines("\n".join(body))
        if text:
            self._cues.append(Cue(times.start, times.end, text))
            refuse_too_many(len(self._cues))
        return text != ""


def _pieces(line: str) -> list[str]:
    """Return the captions on a line on which several were put, none when it is no such line."""
    pieces = _INNER.split(line.strip())
    if number_of(pieces[0]) is not None:
        del pieces[0]
    return pieces if len(pieces) > 1 and read_timing(pieces[0]) else []


def _is_blank(line: str) -> bool:
    """Tell whether a line shows nothing, whatever invisible characters it has."""
    if not line or line.isspace():
        return True
    if line[0].isalnum():
        return False
    return not visible(line).strip() or (line[0] == "&" and len(line) <= _SHORT and not clean(line))
