"""Calls plugins: fetchers in order until one succeeds, and the LLM provider."""

from __future__ import annotations

import json
import logging
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from vidwiz.plugin_api import (
    Capability,
    Handling,
    MetadataFetcher,
    PluginError,
    TranscriptFetcher,
)
from vidwiz.plugin_host import outcomes, results
from vidwiz.plugin_host.calls import call
from vidwiz.ports import transaction_open

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from vidwiz.plugin_api import (
        Completion,
        CompletionOptions,
        Fetcher,
        LLMProvider,
        Message,
        Transcript,
        VideoList,
        VideoMetadata,
        VideoRef,
    )
    from vidwiz.ports import FetcherHealth, FetchPace

log = logging.getLogger(__name__)

P = TypeVar("P", bound="Fetcher")
T = TypeVar("T")

# Failures that tell of the fetcher or its site, and not of the video.
_ITS_OWN = frozenset({"parse_error", "po_token_required", "auth_failed"})
# A slot that comes within this time is waited for here, in seconds; other work goes first else.
_LONGEST_WAIT_FOR_SLOT = 2.0
# More than the average of any language; English has about 4.5.
_MOST_CHARACTERS_A_TOKEN = 6


@dataclass(frozen=True, slots=True)
class Chain:
    """Asks fetchers in their order, and the LLM provider.

    Each call ends in time (`plugin_host.calls`). `interrupts` are exceptions that are not a
    plugin's failure, such as the time-out of a job: they pass through. `fetch_seconds` is how long
    one call of a fetcher may take, unless the fetcher's own time-out is shorter.
    """

    health: FetcherHealth
    interrupts: tuple[type[BaseException], ...] = ()
    pace: FetchPace | None = None
    fetch_seconds: float | None = None
    limited: dict[str, datetime] = field(default_factory=dict)
    """Until when LLM providers asked not to be asked; all calls of this process heed it."""

    def metadata(
        self, fetchers: Sequence[MetadataFetcher], ref: VideoRef, *, urgent: bool = True
    ) -> tuple[VideoMetadata, str]:
        """Return the metadata and who knew it; raise `PluginError` when nobody did.

        `urgent` says that somebody waits for it; see `FetchPace`.
        """
        return self._first(
            fetchers,
            ref,
            lambda fetcher: results.metadata(fetcher.fetch_metadata(ref), ref),
            urgent=urgent,
        )

    def transcript(
        self,
        fetchers: Sequence[TranscriptFetcher],
        ref: VideoRef,
        languages: Sequence[str] = (),
        *,
        urgent: bool = True,
    ) -> tuple[Transcript, str]:
        """Return the transcript and who knew it; raise `PluginError` as above."""

        def fetch(fetcher: TranscriptFetcher) -> Transcript:
            transcript = results.transcript(fetcher.fetch_transcript(ref, languages))
            if not any(segment.text.strip() for segment in transcript.segments):
                raise PluginError("empty_transcript")
            return transcript

        return self._first(fetchers, ref, fetch, urgent=urgent)

    def expand(
        self,
        fetchers: Sequence[Fetcher],
        url: str,
        newest: int | None = None,
        *,
        urgent: bool = True,
    ) -> VideoList:
        """Return a playlist or channel; raise `PluginError` when none of the fetchers tells it.

        `fetchers` are those that know such an address (`Sites.list_fetchers`). Each is asked if
        those before failed, whatever they said: what is gone from a feed may still be there.
        """
        _refuse_within_transaction()

        def expand(fetcher: Fetcher) -> VideoList:
            return results.expanded(fetcher.expand(url, newest))

        errors: list[PluginError] = []
        for fetcher in fetchers:
            try:
                return self._ask(fetcher, expand, urgent=urgent)
            except PluginError as error:
                errors.append(error)
        raise outcomes.of_list(errors)

    def write(
        self,
        provider: LLMProvider,
        messages: Sequence[Message],
        options: CompletionOptions,
        *,
        seconds: float | None = None,
    ) -> Completion:
        """Return the provider's answer; raise `PluginError` when there is none.

        It is waited for as long as the provider says, and for `seconds` at the most. May be called
        from several threads at once.
        """
        _refuse_within_transaction()
        until = self.limited.get(provider.info.name)
        if until is not None and until > datetime.now(UTC):
            # What waits beside this one would be refused as well, each with a request of its own.
            refused = PluginError("rate_limited", retry_at=until)
            refused.speak_of_llm()
            raise refused
        own = provider.info.timeout_seconds
        most = own if seconds is None else min(own, seconds)
        try:
            return call(
                provider, partial(_complete, provider, messages, options), seconds=max(0.0, most)
            )
        except PluginError as error:
            if error.code == "rate_limited" and error.retry_at is not None:
                self.limited[provider.info.name] = error.retry_at
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

    def _first(
        self,
        fetchers: Sequence[P],
        ref: VideoRef,
        ask: Callable[[P], T],
        *,
        urgent: bool,
    ) -> tuple[T, str]:
        _refuse_within_transaction()
        errors: list[PluginError] = []
        for fetcher in fetchers:
            if fetcher.info.sites and ref.site not in fetcher.info.sites:
                continue
            try:
                return self._ask(fetcher, ask, urgent=urgent), fetcher.info.name
            except PluginError as error:
                errors.append(error)
                if outcomes.ends_the_search(error):
                    break
        raise outcomes.deciding(errors)

    def _ask(self, fetcher: P, ask: Callable[[P], T], *, urgent: bool) -> T:
        name = fetcher.info.name
        next_probe = self.health.may_call(name)
        if next_probe is not None:
            raise PluginError("ip_blocked", retry_at=next_probe)
        self._wait_for_slot(fetcher, urgent=urgent)
        own, most = fetcher.info.timeout_seconds, self.fetch_seconds
        seconds = own if most is None else min(own, most)
        try:
            result = call(fetcher, partial(ask, fetcher), seconds=seconds)
        except PluginError as error:
            self._tell_health(fetcher, error)
            raise
        except self.interrupts:
            raise
        except Exception as exc:
            log.exception("a fetcher crashed", extra={"plugin": name})
            crash = PluginError("fetcher_crash")
            self._tell_health(fetcher, crash)
            raise crash from exc
        self.health.succeeded(name)
        self._count(fetcher, None)
        return result

    def _wait_for_slot(self, fetcher: Fetcher, *, urgent: bool) -> None:
        """Take a slot of a fetcher that asks a site; raise `PluginError` (`paced`) without one."""
        if self.pace is None or not fetcher.info.paced:
            return
        name = fetcher.info.name
        seconds = self.pace.take(name, urgent=urgent)
        if 0 < seconds <= _LONGEST_WAIT_FOR_SLOT:
            time.sleep(seconds)
            seconds = self.pace.take(name, urgent=urgent)
        if seconds > 0:
            raise outcomes.paced(seconds)

    def _tell_health(self, fetcher: Fetcher, error: PluginError) -> None:
        name = fetcher.info.name
        if error.opens_breaker:
            self.health.refused(name, error.code, error.retry_at)
        elif outcomes.is_answer(error.code, error.handling):
            self.health.succeeded(name)  # the site answers; it is the video that is not there
        is_its_own = (
            error.opens_breaker or error.handling is Handling.RETRY or error.code in _ITS_OWN
        )
        self._count(fetcher, error.code if is_its_own else None)

    def _count(self, fetcher: Fetcher, code: str | None) -> None:
        if fetcher.info.paced:
            self.health.count(fetcher.info.name, code)


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
    return results.completion(provider.complete(messages, options))


def _with_schema(messages: Sequence[Message], options: CompletionOptions) -> Sequence[Message]:
    """Write the schema at the very end, so that the start of the prompt can still be cached."""
    *others, last = messages
    schema = json.dumps(options.json_schema, ensure_ascii=False)
    asked = f"Answer with nothing but JSON that fits this JSON Schema:\n{schema}"
    return [*others, replace(last, content=f"{last.content}\n\n{asked}")]


def _refuse_within_transaction() -> None:
    if transaction_open.get():
        raise RuntimeError("a provider is never called inside a transaction")
