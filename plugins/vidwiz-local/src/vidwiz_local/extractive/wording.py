"""What the extraction has to know of a language, and the sentences it fills gaps with."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """The few sentences that are not taken from the transcript; English unless translated.

    Each says only what is certain. `{…}` are filled with `str.format`.
    """

    by_channel: str = "“{title}” is a video by {channel}."
    untitled_by_channel: str = "This is a video by {channel}."
    titled: str = "The video is called “{title}”."
    lasts: str = "It lasts {time} (minutes and seconds)."
    chapters: str = "Its chapters are called {chapters}."
    nothing_said: str = "Nothing that could be summarised is said in it."
    little_said: str = "The captions hold little more than a few words, such as “{said}”."
    rests_on: str = (
        "This summary therefore rests only on what is known about the video: "
        "its pictures and sounds are not part of the captions."
    )
    watch_it: str = (
        "Whoever wants to know what it shows has to watch the video itself, "
        "as there are no further words to go by."
    )

    question_title: str = "What is said in the video about “{a}”?"
    question_show: str = "What does “{a}” by {channel} show, and how?"
    question_few_words: str = "Why does “{a}” manage with so few spoken words?"
    question_before: str = "What should one know before watching “{a}”?"
    question_about: tuple[str, ...] = (
        "What does the video say about “{a}”?",
        "Which part does “{a}” play in what the video explains?",
        "What should one remember about “{a}” after watching?",
    )
    question_both: str = "How are “{a}” and “{b}” connected in the video?"
    question_plain: tuple[str, ...] = (
        "What is the main thing that this video wants to say?",
        "Which moment of the video is worth watching again?",
        "What would be a good next step after watching this video?",
    )

    note_short: str = "What is said at {time} of the video is only: “{said}”"
    note_silent: str = "Nothing is said at {time} of the video “{title}”."
    note_untitled: str = "the video without a title"

    chat_says: str = "The video says:"
    chat_about: str = "In short, the video says:"
    chat_at: str = "Around {time} the video says:"
    chat_nothing: str = "The video does not speak of this, as far as its transcript shows."


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The words of one language by what they do in a sentence; all in lower case.

    `stop` carry no topic; `vague` carry none as a key phrase though they may stand in one;
    `dangling` cannot end a sentence; `leading` can be cut from its start; `leaning` at its start
    point to the sentence before; `fragile` at the start of a guessed sentence show that it is
    only a part of one; `openers` (one to three words) begin sentences where there is no
    punctuation, with how surely; `asking` begin questions; `signals` mark what matters.
    """

    code: str
    stop: frozenset[str]
    vague: frozenset[str] = frozenset()
    dangling: frozenset[str] = frozenset()
    leading: frozenset[str] = frozenset()
    leaning: frozenset[str] = frozenset()
    fragile: frozenset[str] = frozenset()
    openers: dict[str, float] = field(default_factory=dict)
    asking: frozenset[str] = frozenset()
    signals: tuple[str, ...] = ()
    phrases: Phrases = field(default_factory=Phrases)


def words(text: str) -> frozenset[str]:
    """Return the words of a list written as text."""
    return frozenset(text.split())


def weighted(**groups: str) -> dict[str, float]:
    """Return openers with their weight; groups are `w30="now|let's"` for a weight of 3.0.

    The first words of longer ones are there too, if only with 0, so that one look tells whether
    a word opens anything.
    """
    openers = {
        opener.strip(): int(weight[1:]) / 10
        for weight, listed in groups.items()
        for opener in listed.split("|")
    }
    return {opener.split()[0]: 0.0 for opener in openers} | openers
