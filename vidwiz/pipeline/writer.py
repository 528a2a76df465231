"""One text's calls of the LLM provider: what they use is counted, and kept with the text."""

from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING, Any

from vidwiz.plugin_api import Capability, Completion, PluginError, Usage
from vidwiz.ports import KeptPart, TokenUse
from vidwiz.services import asking, cleaning, tokens, writing
from vidwiz.services.token_use import LONGEST_MODEL
from vidwiz.services.writing import Reading

if TYPE_CHECKING:
    from vidwiz.pipeline.providers import Providers
    from vidwiz.pipeline.work import TextInputs
    from vidwiz.services.asking import Source
    from vidwiz.services.writing import Request, Summary

_MOST_TOKENS = 10**9
"""A call that claims more is wrong about it; a database's integers must hold their sums."""


class Writer:
    """Asks the provider for one text; raises `PluginError` (`no_provider`) without one.

    After so many `seconds` no call is waited for any more. They end before the deadline of the
    task does: that ends the process, and with it all calls of other tasks, which are paid for.
    """

    def __init__(
        self, providers: Providers, inputs: TextInputs, *, seconds: float = math.inf
    ) -> None:
        self.provider = providers.require_llm()
        self._providers = providers
        self._inputs = inputs
        self._until = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._used = Usage(0, 0)
        self._tells_usage = False
        self._model = ""
        self._parts = 0
        self._known: set[str] = set()

    @property
    def by_model(self) -> bool:
        """Whether a model reads prompts, as opposed to a program that reads the material."""
        return Capability.EXTRACTION not in self.provider.info.capabilities

    @property
    def model_name(self) -> str:
        """The model that will be asked, as far as the provider tells it."""
        return self._providers.chain.describe(self.provider).get("model", "")

    @property
    def language(self) -> str | None:
        """In which language the text is to be written, if that is known."""
        return self._inputs.language or self._inputs.about.language

    def source(self) -> Source:
        """Return what prompts about this video are made of."""
        return asking.source(
            self._inputs.about,
            self._inputs.segments,
            fence=self._inputs.fence,
            window=self._providers.chain.max_input_tokens(self.provider),
            by_model=self.by_model,
        )

    def reading(self) -> Reading:
        """Return how answers about this video are read."""
        if not self.by_model:
            return Reading(by_model=False)
        about = self._inputs.about
        known = [about.title or "", *(title for _, title in about.chapters)]
        return Reading([*known, *(segment.text for segment in self._inputs.segments)])

    def ask(self, request: Request) -> Completion:
        """Return the answer of one call, and count it. May be called from several threads."""
        left = self._until - time.monotonic()
        completion = self._providers.chain.write(
            self.provider, request.messages, request.options, seconds=left
        )
        usage = usage_of(request, completion)
        # A server may call its model anything, also what no database takes.
        model = cleaning.clean_line(completion.model)[:LONGEST_MODEL]
        self._providers.tokens.add(
            TokenUse(
                self.provider.info.name,
                model,
                request.options.purpose.value,
                self._inputs.user_id,
                *(usage.input_tokens, usage.output_tokens, usage.cached_tokens),
            )
        )
        with self._lock:
            self._model = model
            self._tells_usage = self._tells_usage or completion.usage is not None
            self._add(usage.input_tokens, usage.output_tokens, usage.cached_tokens)
        return completion

    def _add(self, given: int, written: int, cached: int) -> None:
        used = self._used
        self._used = Usage(
            used.input_tokens + given, used.output_tokens + written, used.cached_tokens + cached
        )

    def count_part(self, key: str, part: KeptPart) -> None:
        """Count a part that an earlier attempt has paid for as part of this text, once."""
        if key not in self._known:
            self._known.add(key)
            self._tells_usage = True
            self._add(part.input_tokens, part.output_tokens, part.cached_tokens)

    def knows_part(self, key: str) -> None:
        """Remember a part whose call has been counted."""
        self._known.add(key)

    def has_parts(self, count: int) -> None:
        """Remember of how many parts the text was made."""
        self._parts = count

    def made_by(self, prompt: str) -> dict[str, Any]:
        """Return what is kept with the text: who made it, from which prompt, with which tokens."""
        return writing.made_by(
            *(self.provider.info.name, self._model, prompt),
            usage=self._used if self._tells_usage else None,
            parts=self._parts,
        )

    def summary(self, of: Source, request: Request) -> Summary:
        """Return the summary that a request asks for, after one repair at the most.

        The repair sends the bad answer and what is wrong with it, and not the transcript again.
        Raises `PluginError` (`bad_answer`) when that answer is bad too.
        """
        spoken = sum(len(segment.text) for segment in self._inputs.segments)
        reading = self.reading()
        completion = self.ask(request)
        try:
            return writing.summary_from(completion, spoken=spoken, reading=reading)
        except PluginError as error:
            if not self.by_model or not completion.text.strip():
                raise
            repair = asking.repair_request(of, request, completion.text, error.message)
        return writing.summary_from(self.ask(repair), spoken=spoken, reading=reading)


def usage_of(request: Request, completion: Completion) -> Usage:
    """Return what a call used, estimated where the provider does not say, and within reason.

    Servers that do not count say zero as well, and with that no budget would ever be spent.
    """
    told = completion.usage or Usage(0, 0)
    given, written, cached = (
        min(max(0, count), _MOST_TOKENS)
        for count in (told.input_tokens, told.output_tokens, told.cached_tokens)
    )
    if completion.usage is None or request.messages:  # who reads no prompt may well use nothing
        given = given or tokens.of_messages(request.messages)
        written = written or tokens.of_text(completion.text)
    return Usage(given, written, min(cached, given))
