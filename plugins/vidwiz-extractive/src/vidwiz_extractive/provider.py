"""The provider that writes without a model, by extraction from the material."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, ClassVar

from vidwiz.plugin_api import (
    Capability,
    Completion,
    CompletionOptions,
    LLMProvider,
    Message,
    PluginError,
    PluginInfo,
    Purpose,
    Usage,
)
from vidwiz_extractive.chat import answer
from vidwiz_extractive.document import Document
from vidwiz_extractive.notes import note
from vidwiz_extractive.questions import questions
from vidwiz_extractive.summary import summary

if TYPE_CHECKING:
    from collections.abc import Sequence

MODEL = "extractive-2"


class ExtractiveProvider(LLMProvider):
    """Quotes what the transcript says; needs no key, no network and no download.

    It reads only `options.material`: messages are prompts for a model, which it is not. It keeps
    no text between calls, so that any number may run at once.
    """

    info: ClassVar[PluginInfo] = PluginInfo(
        name="extractive",
        title="Sentences taken from the transcript, without any AI",
        capabilities=frozenset({Capability.JSON_SCHEMA, Capability.EXTRACTION}),
        timeout_seconds=60.0,
    )

    def complete(
        self,
        messages: Sequence[Message],  # noqa: ARG002 - part of the contract
        options: CompletionOptions,
    ) -> Completion:
        document = Document(options.material)
        if not document.speech.tokens and not document.title:
            raise PluginError("invalid_request", "There are neither words nor a title to work on.")
        return Completion(_written(document, options), MODEL, Usage(0, 0))


def _written(document: Document, options: CompletionOptions) -> str:
    if options.purpose is Purpose.NOTE:
        return note(document)
    if options.purpose is Purpose.CHAT:
        return answer(document)
    if options.json_schema is None:
        return summary(document)
    parts = {"summary": summary(document), "questions": questions(document)}
    return json.dumps(parts, ensure_ascii=False)
