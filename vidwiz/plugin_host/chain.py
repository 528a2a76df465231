"""Calls plugins: fetchers in order until one succeeds, and the LLM provider."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from vidwiz.plugin_api import Handling, MetadataFetcher, PluginError, TranscriptFetcher
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
_BY_WEIGHT = (Handling.RETRY, Handling.WAIT, Handling.PERMANENT, Handling.OPERATOR, Handling.SWITCH)


@dataclass(frozen=True, slots=True)
class Chain:
    """Asks fetchers in their order; `interrupts` are exceptions that are not theirs to raise."""

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
        """Have the provider answer; whatever it raises comes out as a `PluginError`."""
        return write(provider, messages, options)

    def _first(self, fetchers: Sequence[P], ref: VideoRef, call: Callable[[P], T]) -> tuple[T, str]:
        _refuse_within_transaction()
        errors: list[PluginError] = []
        for fetcher in fetchers:
            if fetcher.info.sites and ref.site not in fetcher.info.sites:
                continue
            try:
                return self._ask(fetcher, call), fetcher.info.name
            except PluginError as error:
                errors.append(error)
                if error.handling is Handling.PERMANENT and error.code not in _TO_BE_CONFIRMED:
                    break
        raise _weightiest(errors)

    def _ask(self, fetcher: P, call: Callable[[P], T]) -> T:
        name = fetcher.info.name
        next_probe = self.health.may_call(name)
        if next_probe is not None:
            raise PluginError("ip_blocked", retry_at=next_probe)
        try:
            result = call(fetcher)
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


def _weightiest(errors: Sequence[PluginError]) -> PluginError:
    """Return the failure that decides: what may still succeed weighs more than what cannot.

    What one fetcher knows for certain about the video itself weighs most.
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
    return min(errors, key=lambda error: _BY_WEIGHT.index(error.handling))


def write(
    provider: LLMProvider,
    messages: Sequence[Message],
    options: CompletionOptions,
) -> Completion:
    """Have the provider answer; whatever it raises comes out as a `PluginError`."""
    _refuse_within_transaction()
    try:
        return provider.complete(messages, options)
    except PluginError:
        raise
    except Exception as exc:
        log.exception("a provider crashed", extra={"plugin": provider.info.name})
        raise PluginError(
            "provider_crash", "An unexpected error; it was logged.", handling=Handling.RETRY
        ) from exc


def _refuse_within_transaction() -> None:
    if transaction_open.get():
        raise RuntimeError("a provider is never called inside a transaction")
