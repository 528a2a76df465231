"""Captions in the formats of `/api/timedtext`."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from tests.fake_youtube.messages import EMPTY, Answer, json_answer, xml_answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.fake_youtube.videos import Line, Track, Video

WORDS_STEP = 0.8
"""The share of a line's time in which its words are spread."""


def timed_text(video: Video | None, arguments: Mapping[str, str]) -> Answer:
    """Return a track in the format asked for; nothing at all when it is not there or is gated."""
    track = _track(video, arguments)
    if track is None or track.gate:
        return EMPTY
    if arguments.get("tlang"):  # what YouTube says to those who ask for its translations
        return Answer(status=429, body=b"Too Many Requests")
    caption_format = arguments.get("fmt") or "srv1"
    if caption_format == "json3":
        return json_answer(_json3(track))
    if caption_format in {"srv2", "srv3"}:
        return xml_answer(_srv3(track))
    if caption_format in {"vtt", "srt"}:
        text = _vtt(track) if caption_format == "vtt" else _srt(track)
        return Answer(body=text.encode(), content_type="text/vtt; charset=UTF-8")
    return xml_answer(_srv1(track))


def _track(video: Video | None, arguments: Mapping[str, str]) -> Track | None:
    wanted = arguments.get("lang"), arguments.get("kind") == "asr"
    tracks = video.tracks if video else []
    return next((t for t in tracks if (t.language, t.automatic) == wanted), None)


def _json3(track: Track) -> dict[str, Any]:
    events: list[dict[str, Any]] = []
    for line in track.lines:
        event = {"tStartMs": _ms(line.start), "dDurationMs": _ms(line.duration)}
        events.append({**event, "segs": _segments(track, line)})
        if track.automatic:  # between rolling lines stands an event that only adds a line break
            end = _ms(line.start + line.duration) - 10
            events.append({"tStartMs": end, "wWinId": 1, "aAppend": 1, "segs": [{"utf8": "\n"}]})
    return {"wireMagic": "pb3", "pens": [{}], "wsWinStyles": [{}], "events": events}


def _segments(track: Track, line: Line) -> list[dict[str, Any]]:
    if not track.automatic:
        return [{"utf8": line.text}]
    first, *words = line.text.split(" ")
    step = _ms(line.duration * WORDS_STEP) // (len(words) + 1)
    later = [{"utf8": f" {word}", "tOffsetMs": n * step} for n, word in enumerate(words, 1)]
    return [{"utf8": first, "acAsrConf": 0}, *later]


def _srv1(track: Track) -> str:
    # The text is escaped twice, which is why readers have to unescape it twice.
    body = "".join(
        f'<text start="{_number(line.start)}" dur="{_number(line.duration)}">'
        f"{html.escape(html.escape(line.text), quote=False)}</text>"
        for line in track.lines
    )
    return f'<?xml version="1.0" encoding="utf-8" ?><transcript>{body}</transcript>'


def _srv3(track: Track) -> str:
    body = "".join(
        f'<p t="{_ms(line.start)}" d="{_ms(line.duration)}">{html.escape(line.text)}</p>'
        for line in track.lines
    )
    head = '<?xml version="1.0" encoding="utf-8" ?><timedtext format="3"><head/>'
    return f"{head}<body>{body}</body></timedtext>"


def _vtt(track: Track) -> str:
    """Return cues; automatic ones say the line before again, as YouTube's rolling captions do."""
    blocks = [f"WEBVTT\nKind: captions\nLanguage: {track.language}"]
    before = ""
    for line in track.lines:
        text = html.escape(line.text, quote=False)
        shown = f"{before}\n{text}" if track.automatic and before else text
        end = line.start + line.duration
        blocks.append(f"{_clock(line.start, '.')} --> {_clock(end, '.')}\n{shown}")
        before = text
    return "\n\n".join(blocks) + "\n"


def _srt(track: Track) -> str:
    return "\n\n".join(
        f"{number}\n{_clock(line.start, ',')} --> {_clock(line.start + line.duration, ',')}"
        f"\n{line.text}"
        for number, line in enumerate(track.lines, 1)
    )


def _number(seconds: float) -> str:
    return f"{seconds:.3f}".rstrip("0").rstrip(".")


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _clock(seconds: float, point: str) -> str:
    milliseconds = _ms(seconds)
    minutes, rest = divmod(milliseconds, 60_000)
    hours, minute = divmod(minutes, 60)
    return f"{hours:02}:{minute:02}:{rest // 1000:02}{point}{rest % 1000:03}"
