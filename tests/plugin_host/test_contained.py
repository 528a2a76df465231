"""Plugins that do what they must not: each is contained, reported, and stops no other."""

import io
import json
import logging
import subprocess
import sys
import threading
import time
from textwrap import dedent

import pytest

from tests.plugin_host import gate
from tests.support import VIDEO, captions, metadata
from vidwiz import log as logs
from vidwiz import masking
from vidwiz.plugin_api import PluginError, VideoRef
from vidwiz.plugin_api.fakes import FakeMetadataFetcher, FakeTranscriptFetcher
from vidwiz.plugin_host.calls import Call
from vidwiz.plugin_host.chain import Chain
from vidwiz.plugin_host.registry import Registry, State

REF = VideoRef("youtube", VIDEO, "https://youtu.be/x")
KEY = 'canary "9f3c"/+&key'
METADATA = "metadata_fetchers"
HANGS = "__import__('tests.plugin_host.gate').plugin_host.gate.OPEN.wait(30)"
BODY = """
class OddOne(MetadataFetcher):
    info = PluginInfo(name="odd-one", title="Odd")
    def __init__(self, settings):
        super().__init__(settings)
        {constructor}
    def check(self):
        {check}
    def fetch_metadata(self, ref):
        return VideoMetadata(id=ref.id)
"""


class Health:
    def may_call(self, provider):
        return None

    def refused(self, provider, code, retry_at):
        """Nothing is remembered."""

    def succeeded(self, provider):
        """Nothing is remembered."""


def plugin(constructor="pass", check="pass"):
    return BODY.format(constructor=constructor, check=check)


@pytest.fixture
def record(install):
    """Return a function that installs one odd plugin and returns what became of it."""

    def record(source, load_seconds=30.0, **variables):
        install(source, metadata_fetchers=["odd-one = OddOne"])
        known = Registry.discover(variables, {"library": {"FOLDER": "x"}}, load_seconds)
        assert known.find(METADATA, "library").state is State.READY
        return known.find(METADATA, "odd-one")

    return record


@pytest.fixture
def hanging():
    """Let what hangs go on at the end of the test, and see it end."""
    gate.OPEN.clear()
    yield
    gate.OPEN.set()
    for thread in threading.enumerate():
        if isinstance(thread, Call):
            thread.join(10)


@pytest.mark.parametrize(
    "source",
    [HANGS, plugin(HANGS), plugin(check=HANGS)],
    ids=["at import", "in the constructor", "in check"],
)
@pytest.mark.usefixtures("hanging")
def test_a_plugin_that_hangs_while_it_is_loaded_is_broken(record, source):
    began = time.monotonic()
    found = record(source, load_seconds=0.5)
    assert (found.state, found.plugin) == (State.BROKEN, None)
    assert found.reason == "it was not loaded after 0.5 s"
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("end", ["SystemExit(3)", "KeyboardInterrupt"])
def test_a_plugin_that_would_end_the_process_is_broken(record, end):
    found = record(plugin(f"raise {end}"))
    assert found.state is State.BROKEN
    assert found.reason.startswith(end.partition("(")[0])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("self.info = PluginInfo(name='library', title='A liar')", "is not what its class says"),
        ("raise ValueError('a\\n' + 'b' * 100_000)", "ValueError: a bbb"),
    ],
)
def test_a_plugin_that_lies_or_shouts_is_broken_with_a_short_reason(record, change, reason):
    found = record(plugin(change))
    assert found.state is State.BROKEN
    assert reason in found.reason
    assert len(found.reason) <= 500


@pytest.mark.parametrize(
    ("info", "reason"),
    [
        ("{'name': 'odd-one'}", "its info is no PluginInfo"),
        ("PluginInfo(name='odd-one', title='Odd', sites='youtube')", "are a text"),
    ],
)
def test_an_info_that_is_none_is_broken(record, info, reason):
    wrong = plugin().replace('PluginInfo(name="odd-one", title="Odd")', info)
    assert reason in record(wrong).reason


def test_a_key_in_the_reason_of_a_broken_plugin_is_masked(record):
    source = """
        @dataclass(frozen=True)
        class Options:
            key: Secret
        class OddOne(MetadataFetcher):
            info = PluginInfo(name="odd-one", title="Odd")
            Settings = Options
            def check(self):
                raise PluginUnavailableError(f"{self.settings.key.reveal()} is old", "renew it")
            def fetch_metadata(self, ref): ...
    """
    found = record(dedent(source), ODD_ONE_KEY=KEY)
    assert (found.state, found.reason) == (State.UNAVAILABLE, "*** is old")


def test_a_key_in_what_the_settings_say_is_masked(record):
    source = """
        @dataclass(frozen=True)
        class Options:
            key: Secret
            def __post_init__(self):
                raise ValueError(f"{self.key.reveal()} is no key")
        class OddOne(MetadataFetcher):
            info = PluginInfo(name="odd-one", title="Odd")
            Settings = Options
            def fetch_metadata(self, ref): ...
    """
    found = record(dedent(source), ODD_ONE_KEY=KEY)
    assert (found.state, found.reason) == (
        State.MISCONFIGURED,
        "VIDWIZ_PLUGIN_ODD_ONE_*: *** is no key",
    )


def fetch(*fetchers):
    return Chain(Health()).metadata(fetchers, REF)


def failure(error):
    fetcher = FakeMetadataFetcher()
    fetcher.errors = [error]
    with pytest.raises(PluginError) as caught:
        fetch(fetcher)
    return caught.value


def test_a_key_in_a_failure_and_in_what_is_returned_is_masked():
    masking.hide([KEY])
    assert failure(PluginError("removed", f"{KEY} sees nothing.")).message == "*** sees nothing."
    told = FakeMetadataFetcher({VIDEO: metadata(thumbnail=f"https://a.test/?key={KEY}")})
    assert fetch(told)[0].thumbnail == "https://a.test/?key=***"


@pytest.mark.parametrize("terminal", [False, True])
def test_a_key_in_a_crash_is_in_no_log_line(terminal, monkeypatch):
    masking.hide([KEY])

    class Stream(io.StringIO):
        def isatty(self):
            return terminal

    stream = Stream()
    monkeypatch.setattr(sys, "stderr", stream)
    logs.configure("debug")
    assert failure(RuntimeError(f"401 for {KEY}")).code == "fetcher_crash"
    logging.getLogger("a.library").warning("GET /?key=%s", KEY, extra={"header": [KEY]})
    text = stream.getvalue()
    assert "a fetcher crashed" in text
    assert "GET /?key=***" in text
    assert "9f3c" not in text


def test_short_values_are_no_secrets_that_would_mask_ordinary_words():
    masking.hide(["", "  ", "bread"])
    assert masking.mask("bread rises") == "bread rises"


@pytest.mark.parametrize("spelling", [json.dumps, repr, lambda key: f"?key={quote_of(key)}"])
def test_a_key_is_masked_as_others_spell_it(spelling):
    masking.hide([KEY])
    assert "9f3c" not in masking.mask(spelling(KEY))


def quote_of(key):
    return key.replace(" ", "%20").replace('"', "%22").replace("&", "%26").replace("+", "%2B")


@pytest.mark.parametrize("rubbish", [None, {"title": "x"}, metadata(title=7)], ids=str)
def test_rubbish_is_a_crash_and_the_next_is_asked(rubbish, caplog):
    odd, good = FakeMetadataFetcher({VIDEO: rubbish}), FakeMetadataFetcher({VIDEO: metadata()})
    assert fetch(odd, good)[0].title == metadata().title
    (record,) = [record for record in caplog.records if record.exc_info]
    assert "RubbishError" in str(record.exc_info[0])


def test_a_transcript_that_never_ends_is_a_crash_and_the_next_is_asked():
    class Endless(FakeTranscriptFetcher):
        def fetch_transcript(self, ref, languages):
            while True:
                yield captions()

    good = FakeTranscriptFetcher({VIDEO: captions()})
    assert Chain(Health()).transcript([Endless(), good], REF)[0] == captions()


def test_a_failure_that_is_none_is_a_crash():
    class HalfMadeError(PluginError):
        def __init__(self):
            """Leave out what the base does."""

    assert failure(HalfMadeError()).code == "fetcher_crash"


def test_threads_that_a_call_leaves_behind_end_with_the_process():
    """Without an argument they are daemons, since the thread of the call is one."""
    code = """
        import threading
        from vidwiz.plugin_api.fakes import FakeLLM
        from vidwiz.plugin_host.calls import call

        call(FakeLLM(), lambda: threading.Thread(target=threading.Event().wait).start())
        print("over", threading.active_count())
    """
    done = subprocess.run(
        [sys.executable, "-c", dedent(code)], capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout == "over 2\n"


def test_what_plugins_print_is_in_no_output(install):
    install(
        "print('at import')\n" + plugin("print('made')"), metadata_fetchers=["odd-one = OddOne"]
    )
    code = f"""
        from vidwiz.plugin_host.calls import call
        from vidwiz.plugin_host.registry import Registry
        sys.path[:] = {sys.path!r}
        registry = Registry.discover({{}}, {{"library": {{"FOLDER": "x"}}}})
        plugin = registry.find("metadata_fetchers", "odd-one").plugin
        call(plugin, lambda: print("in a call"))
        print("ours")
    """
    done = subprocess.run(
        [sys.executable, "-c", "import sys\n" + dedent(code)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout == "ours\n"
    assert done.stderr.split("\n")[:3] == ["at import", "made", "in a call"]


def test_no_call_is_left(record):
    record(plugin())
    assert not [thread for thread in threading.enumerate() if isinstance(thread, Call)]
