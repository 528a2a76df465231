"""Long videos, and a model with a small window that writes down what it was paid for."""

import json
import re
import threading
import time

from vidwiz.pipeline import summarising
from vidwiz.pipeline.providers import Providers
from vidwiz.pipeline.work import TextInputs
from vidwiz.pipeline.writer import Writer
from vidwiz.plugin_api import Completion, PluginError, Purpose, Segment, Transcript, Usage
from vidwiz.plugin_api.fakes import FakeLLM
from vidwiz.plugin_host.chain import Chain
from vidwiz.services.token_use import Counted
from vidwiz.services.writing import VideoContext

HOURS = 10


def long_transcript(hours=HOURS):
    """Return speech of 150 words a minute; each segment says its own second."""
    filler = "and so we go on to speak of bread and of the yeast"
    return Transcript(
        tuple(
            Segment(f"Second {second} {filler}.", float(second), 5.0)
            for second in range(0, int(hours * 3600), 5)
        ),
        "en",
    )


def numbers_in(text):
    return [int(found) for found in re.findall(r"Second (\d+) ", text)]


def seconds_in(messages):
    return numbers_in(messages[-1].content)


class SmallModel(FakeLLM):
    """Refuses prompts that are longer than its window, counted in fours of characters."""

    max_input_tokens = 8000

    def __init__(self, *, paid_file=None, stop_after=None, seconds=0.0):
        super().__init__()
        self.window = 8000
        self.paid = []
        self.refused = 0
        self._paid_file = paid_file
        self._stop_after = stop_after
        self._seconds = seconds
        self._paying = threading.Lock()

    def complete(self, messages, options):
        size = sum(len(message.content) for message in messages) // 4
        if size + (options.max_output_tokens or 0) > self.window:
            self.refused += 1
            raise PluginError("too_long")
        with self._paying:
            self.before_paying()
            self.paid.append(messages)
            if self._paid_file is not None:
                with self._paid_file.open("a") as file:
                    file.write(json.dumps(messages[-1].content) + "\n")
        answer = super().complete(messages, options)
        if options.purpose is Purpose.PART:
            spoken = seconds_in(messages) or [0]
            text = f"From {spoken[0]} to {spoken[-1]} bread is spoken of. " * 8
            return Completion(text, "small-1", Usage(size, 100))
        return Completion(answer.text, "small-1", Usage(size, 200))

    def while_running(self):
        time.sleep(self._seconds)

    def before_paying(self):
        if self._stop_after is not None and len(self.paid) >= self._stop_after:
            raise PluginError("network_error")


class MemoryParts:
    def __init__(self):
        self.parts = {}

    def kept(self, keys):
        return {key: self.parts[key] for key in keys if key in self.parts}

    def keep(self, key, part):
        self.parts[key] = part


class Unlimited(Counted):
    def check_budget(self):
        pass


class NoHealth:
    """No breaker is asked when a text is written."""


def summarised(llm, parts, tokens=None, hours=HOURS, chapters=(), **options):
    providers = Providers([], [], llm, Chain(NoHealth()), tokens or Unlimited(), parts)
    segments = long_transcript(hours).segments
    about = VideoContext(title="Bread", chapters=chapters)
    writer = Writer(providers, TextInputs(about, segments, "a" * 64, "DATA-1"))
    return summarising.summarise(writer.source(), writer, providers, **options)[0]
