"""What comes of several fetchers that failed: which failure decides about the task."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from vidwiz.plugin_api import Handling, PluginError
from vidwiz.tasks.types import OWN_FAILURES

if TYPE_CHECKING:
    from collections.abc import Sequence

_PACED = "paced"
# A single source may be wrong about these, so the next fetcher is asked as well.
_TO_BE_CONFIRMED = frozenset({"no_captions"})
# Answers that bear it out, and those of fetchers that are no source of this video's captions.
_CONFIRMING = frozenset({"no_captions", "empty_transcript"})
_NO_SOURCE = frozenset({"not_in_library"})
# Said of a video by a site that lets us in, whatever comes of the video.
_OF_THE_VIDEO = frozenset({"not_started", "live_now", "captions_not_ready"})
# A wait goes before a retry: while one fetcher waits for a block to end, the failures of another
# must not use up the task's tries within minutes.
_BY_SIGNIFICANCE = (
    Handling.WAIT,
    Handling.RETRY,
    Handling.PERMANENT,
    Handling.OPERATOR,
    Handling.SWITCH,
)


def paced(seconds: float) -> PluginError:
    """Return the failure of a fetcher that may be asked again in so many seconds."""
    row = OWN_FAILURES[_PACED]
    retry_at = datetime.now(UTC) + timedelta(seconds=seconds)
    return PluginError(_PACED, row.message, handling=row.handling, retry_at=retry_at)


def is_answer(code: str, handling: Handling) -> bool:
    """Say whether a site that fails so lets us in: it tells of the video, and not of itself."""
    return handling is Handling.PERMANENT or code in _OF_THE_VIDEO


def ends_the_search(error: PluginError) -> bool:
    """Say whether no other fetcher is to be asked after this.

    A slot of the fetcher whose turn it is comes soon: it is waited for, as the next one in the
    order would be asked too often in its place.
    """
    return _is_certain(error) or error.code == _PACED


def _is_certain(error: PluginError) -> bool:
    return error.handling is Handling.PERMANENT and error.code not in _TO_BE_CONFIRMED


def deciding(errors: Sequence[PluginError]) -> PluginError:
    """Return the failure that decides: one that may still be mended goes before one that cannot.

    What one fetcher knows for certain about the video itself goes before all. Of several waits with
    the code that decides, the one that ends first is returned as it was raised. That there are no
    captions is final where two sources agree, or where there is but one.
    """
    if not errors:
        row = OWN_FAILURES["no_fetcher"]
        return PluginError("no_fetcher", row.message, handling=row.handling)
    if ends_the_search(errors[-1]):
        return errors[-1]
    errors = _without_unconfirmed(errors)
    first = _most_hopeful(errors)
    dated = [(e.retry_at, e) for e in errors if e.code == first.code and e.retry_at is not None]
    return min(dated, key=lambda pair: pair[0])[1] if dated else first


def of_list(errors: Sequence[PluginError]) -> PluginError:
    """Return why nobody told the videos of a list: a failure that may be mended goes first."""
    if not errors:
        row = OWN_FAILURES["no_fetcher"]
        message = "No fetcher on this server knows this playlist or channel."
        return PluginError("no_fetcher", message, handling=row.handling)
    return _most_hopeful(errors)


def _most_hopeful(errors: Sequence[PluginError]) -> PluginError:
    """Return the first of those that are the likeliest to be mended."""
    return min(errors, key=lambda error: _BY_SIGNIFICANCE.index(error.handling))


def _without_unconfirmed(errors: Sequence[PluginError]) -> Sequence[PluginError]:
    """Leave out what one source says alone while others could not say anything.

    What is no source of this video is left out as well: it is not what is wrong.
    """
    sources = [error for error in errors if error.code not in _NO_SOURCE] or errors
    agreeing = [error for error in sources if error.code in _CONFIRMING]
    others = [error for error in sources if error.code not in _CONFIRMING]
    return others if len(agreeing) == 1 and others else sources
