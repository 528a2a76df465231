"""Calls plugins: fetchers in order until one succeeds, and the LLM provider."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from vidwiz.plugin_api import (
    Capability,
    Handling,
    MetadataFetcher,
    PluginError,
    TranscriptFetcher,
)
from vidwiz.plugin_host.calls import call
from vidwiz.ports import transaction_open

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from vidwiz.plugin_api import (
        Completion,
        CompletionOptions,
        LLMProvider,
        Message,
        Plugin,
        Transcript,
        VideoMetadata,
        VideoRef,
    )
    from vidwiz.ports import FetcherHealth

log = logging.getLogger(__name__)

P = TypeVar("P", bound="Plugin")
T = TypeVar("T")

# A single source may be wrong about these, so the next fetcher is asked as well.
_TO_BE_CONFIRMED = frozenset({"no_captions"})
# A wait goes before a retry: while one fetcher waits for a block to end, the failures of another
# must not use up the task's tries within minutes.
_BY_SIGNIFICANCE = (
    Handling.WAIT,
    Handling.RETRY,
    Handling.PERMANENT,
    Handling.OPERATOR,
    Handling.SWITCH,
)
# More than the average of any language; English has about 4.5.
_MOST_CHARACTERS_A_TOKEN = 6


@dataclass(frozen=True, slots=True)
class Chain:
    """Asks fetchers in their order, and the LLM provider.

    Each call ends in time (`plugin_host.calls`). `interrupts` are exceptions that are not a
    plugin's failure, such as the time-out of a job: they pass through.
    """

    health: FetcherHealth
    interrupts: tuple[type[BaseException], ...] = ()

    def metadata(
        self, fetchers: Sequence[MetadataFetcher], ref: VideoRef
    ) -> tuple[VideoMetadata, str]:
        """Return the metadata and who knew it; raise `PluginError` when nobody did."""
        return self._first(fetchers, ref, lambda fetcher: fetcher.fetch_metadata(ref))

    def transcript(
        self, fetchers: Sequence[TranscriptFetcher], ref: VideoRef, languages: Sequence[str] = ()
    ) -> tuple[Transcript, str]:
        """Return the transcript and who knew it; raise `PluginError` when nobody did."""

        def fetch(fetcher: TranscriptFetcher) -> Transcript:
            transcript = fetcher.fetch_transcript(ref, languages)
            if not any(segment.text.strip() for segment in transcript.segments):
                raise PluginError("empty_transcript")
            return transcript

        return self._first(fetchers, ref, fetch)

    def write(
        self, provider: LLMProvider, messages: Sequence[Message], options: CompletionOptions
    ) -> Completion:
        """Return the provider's answer; raise `PluginError` when there is none.

        May be called from several threads at once.
        """
        _refuse_within_transaction()
        try:
            return call(provider, partial(_complete, provider, messages, options))
        except PluginError as error:
            error.speak_of_llm()
            raise
        except self.interrupts:
            raise
        except Exception as exc:
            log.exception("a provider crashed", extra={"plugin": provider.info.name})
            raise PluginError("provider_crash") from exc

    def max_input_tokens(self, provider: LLMProvider) -> int | None:
        """Return what the provider says its model reads; raise `PluginError` when it cannot say."""
        try:
            return provider.max_input_tokens
        except PluginError:
            raise
        except Exception as exc:
            log.exception("a provider crashed", extra={"plugin": provider.info.name})
            raise PluginError("provider_crash") from exc

    @staticmethod
    def describe(provider: LLMProvider) -> dict[str, str]:
        """Return the provider's facts about itself; none when it cannot say."""
        try:
            return {str(name): str(value) for name, value in provider.describe().items()}
        except Exception:
            log.exception("a provider crashed", extra={"plugin": provider.info.name})
            return {}

    def _first(self, fetchers: Sequence[P], ref: VideoRef, ask: Callable[[P], T]) -> tuple[T, str]:
        _refuse_within_transaction()
        errors: list[PluginError] = []
        for fetcher in fetchers:
            if fetcher.info.sites and ref.site not in fetcher.info.sites:
                continue
            try:
                return self._ask(fetcher, ask), fetcher.info.name
            except PluginError as error:
                errors.append(error)
                if error.handling is Handling.PERMANENT and error.code not in _TO_BE_CONFIRMED:
                    break
        raise _most_significant(errors)

    def _ask(self, fetcher: P, ask: Callable[[P], T]) -> T:
        name = fetcher.info.name
        next_probe = self.health.may_call(name)
        if next_probe is not None:
            raise PluginError("ip_blocked", retry_at=next_probe)
        try:
            result = call(fetcher, partial(ask, fetcher))
        except PluginError as error:
            if error.opens_breaker:
                self.health.refused(name, error.code, error.retry_at)
            elif error.handling is Handling.PERMANENT:
                self.health.succeeded(name)  # the site answers; it is the video that is not there
            raise
        except self.interrupts:
            raise
        except Exception as exc:
            log.exception("a fetcher crashed", extra={"plugin": name})
            raise PluginError("fetcher_crash") from exc
        self.health.succeeded(name)
        return result


def _most_significant(errors: Sequence[PluginError]) -> PluginError:
    """Return the failure that decides: one that may still be mended goes before one that cannot.

    What one fetcher knows for certain about the video itself goes before all. Of several waits with
    the code that decides, the one that ends first is returned as it was raised.
    """
    if not errors:
        return PluginError(
            "no_fetcher",
            "No fetcher on this server can look for this video.",
            handling=Handling.OPERATOR,
        )
    last = errors[-1]
    if last.handling is Handling.PERMANENT and last.code not in _TO_BE_CONFIRMED:
        return last
    first = min(errors, key=lambda error: _BY_SIGNIFICANCE.index(error.handling))
    dated = [(e.retry_at, e) for e in errors if e.code == first.code and e.retry_at is not None]
    return min(dated, key=lambda pair: pair[0])[1] if dated else first


def _complete(
    provider: LLMProvider, messages: Sequence[Message], options: CompletionOptions
) -> Completion:
    if options.json_schema is not None and Capability.JSON_SCHEMA not in provider.info.capabilities:
        messages = _with_schema(messages, options)
    most = provider.max_input_tokens
    if most is not None:
        characters = sum(len(message.content) for message in messages)
        if characters > most * _MOST_CHARACTERS_A_TOKEN:
            raise PluginError("too_long")
    return provider.complete(messages, options)


def _with_schema(messages: Sequence[Message], options: CompletionOptions) -> Sequence[Message]:
    """Write the schema at the very end, so that the start of the prompt can still be cached."""
    *others, last = messages
    schema = json.dumps(options.json_schema, ensure_ascii=False)
    asked = f"Answer with nothing but JSON that fits this JSON Schema:\n{schema}"
    return [*others, replace(last, content=f"{last.content}\n\n{asked}")]


def _refuse_within_transaction() -> None:
    if transaction_open.get():
        raise RuntimeError("a provider is never called inside a transaction")
