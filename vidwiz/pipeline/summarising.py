"""Summaries of transcripts of any length: whole, or part by part where that is too long.

Each part that a model has read is kept at once. So whatever ends an attempt, the next one pays
only for what is missing.
"""

from __future__ import annotations

import json
import time
from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from vidwiz.pipeline.writer import usage_of
from vidwiz.plugin_api import Handling, PluginError
from vidwiz.ports import KeptPart
from vidwiz.services import asking, reduction, tokens, writing
from vidwiz.tasks.types import OWN_FAILURES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vidwiz.pipeline.providers import Providers
    from vidwiz.pipeline.writer import Writer
    from vidwiz.plugin_api import Completion
    from vidwiz.services.asking import Source
    from vidwiz.services.writing import Request, Summary

AT_ONCE = 4
READING_SECONDS = 420.0
"""How long one attempt reads parts; the rest of its 600 s is for calls that run and the summary."""
_MOST_ERRORS = 4
"""Calls that may fail before an attempt stops reading; a provider that is away fails all."""
_UNKNOWN_WINDOW = 32_000
"""Tokens: half of it is tried where a provider finds a prompt too long without saying its limit."""
_SMALLEST_WINDOW = 2000
_JOINED_TOKENS = 8000


def summarise(
    of: Source, writer: Writer, providers: Providers, *, seconds: float = READING_SECONDS
) -> tuple[Summary, str]:
    """Return the summary and the name of its prompt.

    After so many `seconds` no part is begun but the first four of an attempt.

    Raises `PluginError`: the provider's, or `still_reading` when the parts of a very long
    transcript take longer than one attempt may.
    """
    if not of.by_model or of.has_at_most(asking.WHOLE_TOKENS, asking.SUMMARY_OUTPUT):
        try:
            request = asking.summary_request(of, writer.language)
            return writer.summary(of, request), request.prompt
        except PluginError as error:
            if error.code != "too_long" or not of.by_model:
                raise
        of = replace(of, window=min(of.tokens, of.window or of.tokens))
    until = time.monotonic() + seconds
    while True:
        try:
            texts = _parts(of, _Reader(writer, providers, until))
            request = asking.summary_of_parts(of, texts, writer.language)
            return writer.summary(of, request), request.prompt
        except PluginError as error:
            if error.code != "too_long" or (of.window or _UNKNOWN_WINDOW) <= _SMALLEST_WINDOW:
                raise
        of = replace(of, window=(of.window or _UNKNOWN_WINDOW) // 2)


def _parts(of: Source, reader: _Reader) -> list[str]:
    """Return what the parts of the transcript say, short enough for one prompt."""
    most = min(of.room(asking.PART_OUTPUT) or asking.MOST_PART_TOKENS, asking.MOST_PART_TOKENS)
    parts = reduction.parts_of(of.passages, of.about.chapters, most)
    language = reader.writer.language
    texts = reader.read([asking.part_request(of, part, language) for part in parts])
    reader.writer.has_parts(len(parts))
    room = min(of.room(asking.SUMMARY_OUTPUT) or asking.SHARED_TOKENS, asking.SHARED_TOKENS)
    joined = min(of.room(asking.PART_OUTPUT) or _JOINED_TOKENS, _JOINED_TOKENS)
    while len(texts) > 1 and sum(map(tokens.of_text, texts)) > room:
        groups = _groups(texts, joined)
        texts = reader.read([asking.joined_request(of, group, language) for group in groups])
    return texts


def _groups(texts: Sequence[str], most_tokens: int) -> list[list[str]]:
    """Put consecutive texts together, at least two, so that there are fewer in the end."""
    groups: list[list[str]] = []
    held = 0
    for text in texts:
        size = tokens.of_text(text)
        if not groups or (len(groups[-1]) > 1 and held + size > most_tokens):
            groups.append([])
            held = 0
        groups[-1].append(text)
        held += size
    return groups


class _Reader:
    """Has a model read parts, several at once; only this thread speaks to the store."""

    def __init__(self, writer: Writer, providers: Providers, until: float) -> None:
        self.writer = writer
        self._store = providers.parts
        self._tokens = providers.tokens
        self._until = until
        self._errors: list[PluginError] = []
        self._begun = 0

    def read(self, requests: Sequence[Request]) -> list[str]:
        """Return what each part says; those that are kept are not paid for again.

        What can be read is read and kept, whatever a call meets; then the error that decides is
        raised.
        """
        keys = [self._key(request) for request in requests]
        found = self._store.kept(keys)
        for key, part in found.items():
            self.writer.count_part(key, part)
        missing = {key: one for key, one in zip(keys, requests, strict=True) if key not in found}
        self._read_missing(deque(missing.items()), found)
        if self._errors:
            raise self._deciding()
        if len(found) < len(set(keys)):
            row = OWN_FAILURES["still_reading"]
            raise PluginError("still_reading", row.message, handling=row.handling)
        return [found[key].text for key in keys]

    def _read_missing(self, left: deque[tuple[str, Request]], found: dict[str, KeptPart]) -> None:
        running: dict[Future[Completion], tuple[str, Request]] = {}
        pool = ThreadPoolExecutor(AT_ONCE)
        try:
            while True:
                while left and len(running) < AT_ONCE and self._may_ask():
                    key, request = left.popleft()
                    self._begun += 1
                    running[pool.submit(self.writer.ask, request)] = key, request
                if not running:
                    return
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    self._keep(*running.pop(future), future, found)
        finally:
            # What interrupts the waiting must not wait for calls in its turn.
            pool.shutdown(wait=False, cancel_futures=True)

    def _may_ask(self) -> bool:
        stop = len(self._errors) >= _MOST_ERRORS or any(
            error.handling is not Handling.RETRY for error in self._errors
        )
        # However late it is, an attempt gets on.
        is_late = self._begun >= AT_ONCE and time.monotonic() >= self._until
        if stop or is_late:
            return False
        try:
            self._tokens.check_budget()
        except PluginError as error:
            self._errors.append(error)
            return False
        return True

    def _deciding(self) -> PluginError:
        """Return the error that ended the reading: a wait that was asked for, or the end of all.

        A call that only broke off before it would have the server asked again too soon.
        """
        ends = (error for error in self._errors if error.handling is not Handling.RETRY)
        return next(ends, self._errors[0])

    def _keep(
        self,
        key: str,
        request: Request,
        future: Future[Completion],
        found: dict[str, KeptPart],
    ) -> None:
        try:
            completion = future.result()
            text = writing.part_from(completion)
        except PluginError as error:
            self._errors.append(error)
            return
        usage = usage_of(request, completion)
        part = KeptPart(text, usage.input_tokens, usage.output_tokens, usage.cached_tokens)
        self.writer.knows_part(key)
        self._store.keep(key, part)
        found[key] = part

    def _key(self, request: Request) -> str:
        """Return a digest of the whole prompt, which has the transcript's version in its fence."""
        named = [self.writer.provider.info.name, self.writer.model_name, request.prompt]
        said = [[message.role, message.content] for message in request.messages]
        return sha256(json.dumps([named, said]).encode()).hexdigest()
