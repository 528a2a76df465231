"""One handler a task type: from a claim to its result, with no transaction open."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from vidwiz.errors import InvalidInputError
from vidwiz.plugin_api import FAILURES, Handling, PluginError
from vidwiz.ports import TaskType
from vidwiz.services import video_ids, writing
from vidwiz.services.results import (
    MetadataResult,
    NoteResult,
    NothingToDo,
    Result,
    SummaryResult,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from vidwiz.jobs.ledger import Ledger
    from vidwiz.plugin_api import LLMProvider, MetadataFetcher, Segment, TranscriptFetcher
    from vidwiz.plugin_host.chain import Chain
    from vidwiz.services.claims import Claim


@dataclass(frozen=True, slots=True)
class Tools:
    """Whom the handlers ask."""

    metadata_fetchers: list[MetadataFetcher]
    transcript_fetchers: list[TranscriptFetcher]
    llm_provider: LLMProvider | None
    chain: Chain


@dataclass(frozen=True, slots=True)
class Handlers:
    """Prepares work: what needs the ledger is done here, the rest may run in any thread."""

    ledger: Ledger
    tools: Tools
    _segments: dict[str, tuple[Segment, ...]] = field(default_factory=dict)

    def prepare(self, claim: Claim) -> Callable[[], Result]:
        """Return the call that does the work; several of one batch may run at once."""
        if claim.task_type is TaskType.FETCH_METADATA:
            return partial(self._fetch_metadata, claim)
        if claim.task_type is TaskType.FETCH_TRANSCRIPT:
            return partial(self._fetch_transcript, claim)
        return self._prepare_text(claim)

    def _fetch_metadata(self, claim: Claim) -> Result:
        ref = video_ids.ref(claim.video_id)
        metadata, source = self.tools.chain.metadata(self.tools.metadata_fetchers, ref)
        return MetadataResult(metadata, source)

    def _fetch_transcript(self, claim: Claim) -> Result:
        ref = video_ids.ref(claim.video_id)
        transcript, source = self.tools.chain.transcript(self.tools.transcript_fetchers, ref)
        try:
            return self.ledger.store(claim, transcript, source)
        except InvalidInputError as exc:
            handling = FAILURES[exc.code].handling if exc.code in FAILURES else Handling.SWITCH
            raise PluginError(exc.code, exc.message, handling=handling) from exc

    def _prepare_text(self, claim: Claim) -> Callable[[], Result]:
        inputs = self.ledger.inputs(claim)
        if inputs is None:
            return NothingToDo
        if inputs.object_key not in self._segments:
            # The notes of one batch are of one video: its transcript is loaded once.
            self._segments.clear()
            self._segments[inputs.object_key] = self.ledger.segments(inputs.object_key)
        segments = self._segments[inputs.object_key]
        provider = self._provider()
        if inputs.mark is None:
            request = writing.summary_request(inputs.about, segments)
            return partial(_write_summary, self.tools.chain, provider, request, segments)
        request = writing.note_request(inputs.about, segments, inputs.mark)
        return partial(_write_note, self.tools.chain, provider, request)

    def _provider(self) -> LLMProvider:
        if self.tools.llm_provider is None:
            raise PluginError(
                "no_provider",
                "No provider on this server writes texts.",
                handling=Handling.OPERATOR,
            )
        return self.tools.llm_provider


def _write_summary(
    chain: Chain, provider: LLMProvider, request: writing.Request, segments: tuple[Segment, ...]
) -> Result:
    completion = chain.write(provider, request.messages, request.options)
    spoken = sum(len(segment.text) for segment in segments)
    summary = writing.summary_from(completion, spoken=spoken)
    return SummaryResult(summary, writing.made_by(provider.info.name, completion, request.prompt))


def _write_note(chain: Chain, provider: LLMProvider, request: writing.Request) -> Result:
    completion = chain.write(provider, request.messages, request.options)
    text = writing.note_from(completion)
    return NoteResult(text, writing.made_by(provider.info.name, completion, request.prompt))
