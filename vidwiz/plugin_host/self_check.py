"""Tries a plugin as a job would, and says of each step what came of it."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from vidwiz.masking import mask
from vidwiz.plugin_api import (
    Capability,
    CompletionOptions,
    Fetcher,
    Handling,
    LLMProvider,
    Material,
    Message,
    MetadataFetcher,
    Passage,
    PluginError,
    Purpose,
    TranscriptFetcher,
)
from vidwiz.plugin_host import results
from vidwiz.plugin_host.calls import call
from vidwiz.plugin_host.registry import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from vidwiz.plugin_api import Plugin, VideoRef
    from vidwiz.plugin_host.registry import Record

log = logging.getLogger(__name__)

T = TypeVar("T")
_PASSAGE = "Yeast eats the sugar in the dough and gives off gas. So the dough rises."
_REMEDIES = {
    Handling.RETRY: "try again; jobs do so by themselves",
    Handling.SWITCH: "name another plugin beside it, which is then asked",
    Handling.WAIT: "wait; jobs do so by themselves, or a worker on another network does it",
    Handling.PERMANENT: "try another video",
    Handling.OPERATOR: "see to its settings, which its README explains",
}
_NO_REMEDY = "report it to who made the plugin; LOG_LEVEL=debug shows where it happened"


class Outcome(StrEnum):
    """What came of a step."""

    OK = "ok"
    FAILED = "fail"
    LEFT_OUT = "-"


@dataclass(frozen=True, slots=True)
class Step:
    """One step, and what came of it in words."""

    what: str
    outcome: Outcome
    detail: str = ""
    remedy: str = ""
    cause: str = ""


@dataclass(frozen=True, slots=True)
class SelfCheck:
    """Tries one plugin; `ref_of` says which video an address names, or None.

    Without a `video` no fetcher is asked for anything. With `offline` nothing is that may use the
    network.
    """

    plugin: Plugin
    video: str | None
    ref_of: Callable[[str], VideoRef | None]
    offline: bool = False

    def steps(self) -> Iterator[Step]:
        """Yield each step after it was done."""
        before = set(threading.enumerate())
        yield from self._facts()
        yield self._tried("preload", self.plugin.preload, lambda _: "its libraries are there")
        if isinstance(self.plugin, Fetcher):
            yield from self._fetching(self.plugin)
        if isinstance(self.plugin, LLMProvider):
            yield self._writing(self.plugin)
        yield _threads(before)

    def _facts(self) -> Iterator[Step]:
        facts: dict[str, str] = {}

        def describe() -> None:
            facts.update({str(name): str(fact) for name, fact in self.plugin.describe().items()})

        step = self._tried("describe", describe, lambda _: "")
        if step.outcome is Outcome.FAILED:
            yield step
        for name, fact in facts.items():
            yield Step(_short(name), Outcome.OK, _short(fact))

    def _fetching(self, fetcher: Fetcher) -> Iterator[Step]:
        if self.video is None:
            yield Step("fetch", Outcome.LEFT_OUT, "name a VIDEO, and it is fetched")
            return
        found: list[VideoRef] = []
        yield self._resolving(fetcher, self.video, found)
        if not found:
            return
        ref = found[0]
        if self.offline:
            yield Step("fetch", Outcome.LEFT_OUT, "that would use the network")
            return
        if isinstance(fetcher, MetadataFetcher):
            yield self._tried(
                "metadata",
                lambda: results.metadata(fetcher.fetch_metadata(ref), ref),
                lambda metadata: f"{metadata.title}, {metadata.duration or 'unknown'} s",
            )
        if isinstance(fetcher, TranscriptFetcher):
            yield self._tried(
                "transcript",
                lambda: results.transcript(fetcher.fetch_transcript(ref, ())),
                lambda made: f"{len(made.segments)} segments, {made.language or 'no language'}",
            )

    def _resolving(self, fetcher: Fetcher, video: str, found: list[VideoRef]) -> Step:
        def resolve() -> VideoRef:
            ref = None
            if Capability.RESOLVE in fetcher.info.capabilities:
                ref = results.resolved(fetcher.resolve(video))
            ref = ref or self.ref_of(video)
            if ref is None:
                raise PluginError("invalid_id", "It knows no video by this address or id.")
            if fetcher.info.sites and ref.site not in fetcher.info.sites:
                sites = ", ".join(fetcher.info.sites)
                raise PluginError("invalid_id", f"It has no videos of {ref.site}, only of {sites}.")
            found.append(ref)
            return ref

        return self._tried("video", resolve, lambda ref: f"{ref.id} of {ref.site}")

    def _writing(self, provider: LLMProvider) -> Step:
        if self.offline:
            return Step("note", Outcome.LEFT_OUT, "that would use the network, and may cost")
        options = CompletionOptions(
            purpose=Purpose.NOTE,
            material=Material(
                title="Bread", passages=(Passage("P1", 0.0, 20.0, _PASSAGE),), mark=5.0
            ),
            max_output_tokens=500,
        )
        messages = [Message("user", f"Say in one sentence what this is about:\n{_PASSAGE}")]
        return self._tried(
            "note",
            lambda: results.completion(provider.complete(messages, options)),
            lambda made: f"by {made.model}: {' '.join(made.text.split())}",
        )

    def _tried(self, what: str, work: Callable[[], T], said: Callable[[T], str]) -> Step:
        began = time.monotonic()
        try:
            detail = said(call(self.plugin, work))
        except PluginError as error:
            if isinstance(self.plugin, LLMProvider):
                error.speak_of_llm()
            until = f" (until {error.retry_at:%Y-%m-%d %H:%M} UTC)" if error.retry_at else ""
            return Step(
                what,
                Outcome.FAILED,
                f"{error.code}: {error.message}",
                _REMEDIES[error.handling] + until,
                _cause(error.__cause__),
            )
        except Exception as exc:  # a plugin may raise anything; it is reported
            log.debug("a plugin crashed", exc_info=True, extra={"plugin": self.plugin.info.name})
            return Step(what, Outcome.FAILED, "it crashed", _NO_REMEDY, _cause(exc))
        return Step(what, Outcome.OK, f"{_short(detail)} ({time.monotonic() - began:.2f} s)")


def state_of(record: Record) -> Step:
    """Return what the registry knows of a plugin in one role."""
    ready = record.state is State.READY
    return Step(
        record.role.replace("_", " ").removesuffix("s"),
        Outcome.OK if ready else Outcome.FAILED,
        record.state if ready else f"{record.state}: {record.reason}",
        record.remedy,
    )


def _threads(before: set[threading.Thread]) -> Step:
    left = [
        thread
        for thread in threading.enumerate()
        if thread not in before and not thread.daemon and thread.is_alive()
    ]
    if not left:
        return Step("threads", Outcome.OK, "none is left that would keep the process from ending")
    names = ", ".join(thread.name for thread in left)
    return Step("threads", Outcome.FAILED, f"{len(left)} left behind: {_short(names)}", _NO_REMEDY)


def _cause(exc: BaseException | None) -> str:
    return _short(f"{type(exc).__name__}: {exc}") if exc is not None else ""


def _short(text: str) -> str:
    return mask(" ".join(text.split()))[:300]
