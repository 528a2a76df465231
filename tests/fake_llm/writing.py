"""The texts of a fake server: words of the passages in the prompt, in the form asked for."""

import json
import re
from typing import Any

from tests.fake_llm.api import Prompt

SUMMARY = (220, 780)  # what the product takes is 200 to 800 characters
NOTE = 118
QUESTIONS = 3
CITED = 8
_PASSAGE = re.compile(r"^\[([A-Z]+\d+)\] (.+)$", re.MULTILINE)
_TIMED = re.compile(r"^(?:\d+:)?\d+:\d\d (.+)$", re.MULTILINE)


def answer(prompt: Prompt) -> str:
    """Return JSON where a schema is asked for, else a line with words of the prompt's passages."""
    if prompt.schema is not None:
        return json.dumps(instance(prompt.schema, prompt.text))
    found = cited(prompt.text)
    if found:
        return " ".join(f"{words(text, 60)} [{name}]." for name, text in found)
    return words(" ".join(spoken(prompt.text)), NOTE - 1) + "."


def instance(schema: Any, text: str, name: str = "") -> Any:
    """Return a value that fits the schema, of the subset that the product uses."""
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = kind[0]
    if kind == "object":
        return {key: instance(part, text, key) for key, part in schema["properties"].items()}
    if kind == "array":
        count = QUESTIONS if "question" in name else 1
        return [numbered(instance(schema["items"], text, name), i) for i in range(count)]
    if kind in ("integer", "number"):
        return 1
    if kind == "boolean":
        return True
    return question(text) if "question" in name else summary(text)


def numbered(value: Any, index: int) -> Any:
    """Make values of a list differ from each other."""
    if isinstance(value, str) and value.endswith("?"):
        return f"{value[:-1]}, part {index + 1}?"
    return value


def summary(text: str) -> str:
    found = [words(part, 80) for _, part in cited(text)] or [words(" ".join(spoken(text)), 80)]
    told = ". ".join(part[:1].upper() + part[1:] for part in found)
    while len(told) < SUMMARY[0]:
        told += ". It is said again in other words"
    return words(told, SUMMARY[1] - 1) + "."


def question(text: str) -> str:
    found = cited(text)
    about = found[0][1] if found else " ".join(spoken(text))
    return f"What is meant by {words(about, 60)}?"


def cited(text: str) -> list[tuple[str, str]]:
    """Return passages from the first to the last, as many as an answer cites."""
    found = [(name, part) for name, part in _PASSAGE.findall(text)]
    if len(found) <= CITED:
        return found
    return [found[i * (len(found) - 1) // (CITED - 1)] for i in range(CITED)]


def spoken(text: str) -> list[str]:
    """Return what is said, where the passages have times and no ids, else all long lines."""
    timed = _TIMED.findall(text)
    if timed:
        return timed
    return [line for line in text.splitlines() if len(line) > 20] or [text or "nothing"]


def words(text: str, longest: int) -> str:
    """Return the first words that fit."""
    plain = " ".join(text.split()).rstrip(".")
    if len(plain) <= longest:
        return plain
    return plain[:longest].rpartition(" ")[0] or plain[:longest]
