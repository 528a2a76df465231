"""What the tests have the provider write about."""

import json
import re
from types import SimpleNamespace

import pytest

from vidwiz.plugin_api import CompletionOptions, Material, Passage, Purpose
from vidwiz.plugin_api.base import NoSettings
from vidwiz_extractive import ExtractiveProvider

TIDES = [
    "Hey everyone, welcome back to the channel! [Music] Today we ask why the sea has tides.",
    "Tides are the slow rise and fall of the sea, and in most places they come twice a day.",
    "The moon pulls on the water that is nearest to it more strongly than on the Earth itself.",
    "This difference in pull is called the tidal force, and it stretches the sea into two bulges.",
    "This video is sponsored by Shiny Razors. Use the promo code SEA for a discount on razors.",
    "When the Earth turns under these bulges, a harbour passes through high tide and low tide.",
    "What happens when the sun and the moon pull in the same direction? Then the tides are higher.",
    "Such a tide is known as a spring tide, although it has nothing to do with the season.",
    "At half moon the sun works against the moon, and the tidal force of both is weakest.",
    "The shape of the coast matters as well: in a narrow bay the water can climb 15.5 metres.",
    "Dr. Kelvin built a machine of wheels to predict the tides from a few simple rhythms.",
    "So the tidal force of the moon and the sun explains the rhythm of every harbour.",
    "Please like and subscribe, and thank you for watching. See you in the next video!",
]


def passages(texts, seconds=30.0):
    return tuple(
        Passage(f"P{i + 1}", i * seconds, (i + 1) * seconds, text) for i, text in enumerate(texts)
    )


def material(texts, **known):
    known.setdefault("title", "Why the sea has tides | Ocean basics 3")
    known.setdefault("channel", "Harbour School")
    known.setdefault("duration", 30.0 * len(texts))
    return Material(passages=passages(texts), **known)


def write(purpose, about):
    schema = {"type": "object"} if purpose is Purpose.SUMMARY else None
    provider = ExtractiveProvider(NoSettings())
    options = CompletionOptions(purpose=purpose, material=about, json_schema=schema)
    return provider.complete([], options).text


def summarise(about):
    return json.loads(write(Purpose.SUMMARY, about))


def note_at(mark, texts, **known):
    return write(Purpose.NOTE, material(texts, mark=mark, **known))


def ask(question, texts=TIDES, **known):
    return write(Purpose.CHAT, material(texts, question=question, **known))


def bare_words(text):
    return re.findall(r"[^\W_]+", text.casefold().replace("’", "'"))


def assert_fits(answer):
    assert 200 <= len(answer["summary"]) <= 800
    assert answer["summary"].rstrip("”\"'»)」")[-1] in ".!?…。！？؟।"
    assert "\n" not in answer["summary"]
    assert not answer["summary"][0].islower()
    assert len({question.casefold() for question in answer["questions"]}) == 3
    for question in answer["questions"]:
        assert 20 <= len(question) <= 120
        assert question.endswith("?")


@pytest.fixture(scope="session")
def video():
    """The sentences of a short video, and how to have texts about it, or about others, written."""
    return SimpleNamespace(
        sentences=TIDES,
        plain=[" ".join(re.findall(r"[\w']+", text.lower())) for text in TIDES],
        passages=passages,
        material=material,
        write=write,
        summarise=summarise,
        note_at=note_at,
        ask=ask,
        words=bare_words,
        assert_fits=assert_fits,
    )
