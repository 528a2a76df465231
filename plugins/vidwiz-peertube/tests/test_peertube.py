"""Metadata and captions from a server that answers as PeerTube does."""

import datetime as dt
import socket
import threading
import time

import pytest
import requests
import urllib3
from werkzeug import Response

from vidwiz.plugin_api import (
    Chapter,
    Handling,
    PluginError,
    PluginUnavailableError,
    VideoRef,
)
from vidwiz.plugin_api.testing import MetadataFetcherContract, TranscriptFetcherContract
from vidwiz_peertube import PeerTubeFetcher, failures
from vidwiz_peertube.http import is_public_address

from .conftest import NOT_FOUND, SHORT, UNKNOWN, UUID, as_json, make_ref

HOST = "framatube.org"
KEY = f"{HOST}_{UUID}"

KNOWN = VideoRef("peertube", KEY, f"https://{HOST}/videos/watch/{UUID}")
ADDRESSES = tuple(
    (f"{scheme}://{HOST}{path}", KNOWN)
    for scheme, path in (
        ("https", f"/w/{SHORT}"),
        ("https", f"/w/{SHORT}?start=1m5s"),
        ("https", f"/w/{UUID}"),
        ("https", f"/videos/watch/{UUID}"),
        ("https", f"/videos/watch/{UUID.upper()}"),
        ("https", f"/videos/watch/{SHORT}"),
        ("https", f"/videos/embed/{UUID}?title=0"),
        ("https", f"/api/v1/videos/{UUID}"),
        ("http", f"/w/{SHORT}/"),
    )
)


@pytest.fixture
def on_the_instance(tube, request):
    """Name the local server's video to the contract, whose port is another in each run."""
    request.instance.known, request.instance.unknown = make_ref(tube), make_ref(tube, UNKNOWN)


@pytest.mark.usefixtures("on_the_instance")
class TestMetadata(MetadataFetcherContract):
    addresses = ADDRESSES

    @pytest.fixture
    def plugin(self, make, tube):
        return make(instances=(HOST, tube.base))

    def test_it_says_all_that_the_site_says(self, make, ref, tube):
        found = make().fetch_metadata(ref)
        assert (found.title, found.channel, found.uploader) == (
            "How bread rises",
            "The Bakery",
            "Ann",
        )
        assert (found.duration, found.view_count, found.like_count) == (61, 120, 7)
        assert (found.upload_date, found.language) == ("20240512", "fr")
        assert found.thumbnail == f"{tube.base}/lazy-static/thumbnails/a.jpg"
        assert found.chapters == (Chapter("Yeast", 0, 30), Chapter("Dough", 30, 61))

    def test_a_description_that_was_cut_is_fetched_whole(self, make, ref):
        assert make().fetch_metadata(ref).description == "Yeast eats sugar. " * 40

    def test_a_short_description_costs_no_request(self, make, ref, tube):
        tube.video["description"] = "Short."
        assert make().fetch_metadata(ref).description == "Short."
        assert not [path for path in tube.asked if path.endswith("/description")]

    def test_an_instance_without_chapters_is_no_failure(self, make, ref, tube):
        tube.instead["/chapters"] = as_json(NOT_FOUND, 404)
        assert make().fetch_metadata(ref).chapters is None

    @pytest.mark.parametrize(
        "document", [[], None, {}, {"name": 7}, {"name": "x", "duration": "long", "account": []}]
    )
    def test_rubbish_is_read_without_a_crash(self, make, ref, tube, document):
        tube.instead[UUID] = as_json(document)
        tube.instead["/chapters"] = as_json({"chapters": [{"timecode": -1}, 3, {"title": "x"}]})
        if isinstance(document, dict) and document.get("name") == "x":
            found = make().fetch_metadata(ref)
            assert (found.duration, found.uploader, found.chapters) == (None, None, None)
        else:
            assert failure(make().fetch_metadata, ref).code == "parse_error"


@pytest.mark.usefixtures("on_the_instance")
class TestTranscript(TranscriptFetcherContract):
    addresses = ADDRESSES

    @pytest.fixture
    def plugin(self, make, tube):
        return make(instances=(HOST, tube.base))

    @pytest.mark.parametrize(
        ("there", "asked", "taken"),
        [
            ("fr-True en-False", (), "fr-True"),
            ("fr-True en-False", ("en",), "en-False"),
            ("fr-True fr-False", (), "fr-False"),
            ("fr-True en-False", ("tlh",), "fr-True"),
            ("pt-False pt-BR-False", ("pt-BR",), "pt-BR-False"),
            ("pt-False en-False", ("pt-BR", "en"), "pt-False"),
            ("en-False de-False", (), "en-False"),
            ("de-False fr-False", (), "fr-False"),
        ],
    )
    def test_the_right_track_is_taken(self, make, ref, tube, there, asked, taken):
        tube.captions = [
            tube.caption(language, automatic=automatic == "True")
            for language, _, automatic in (track.rpartition("-") for track in there.split())
        ]
        found = make().fetch_transcript(ref, asked)
        assert found.segments[0].text == f"{taken} one"
        assert found.language == taken.rpartition("-")[0]

    def test_times_are_those_of_the_file(self, make, ref):
        first, second = make().fetch_transcript(ref, ()).segments
        assert (first.offset, first.duration, second.offset) == (1.0, 2.5, 3.5)

    def test_a_file_that_has_an_address_alone_is_taken_from_there(self, make, ref, tube):
        tube.captions = [tube.caption("fr", captionPath=None)]
        assert make().fetch_transcript(ref, ()).segments

    def test_a_file_on_another_host_is_left_to_the_operator(self, make, ref, tube):
        address = "https://storage.test/captions/a.vtt"
        tube.captions = [tube.caption("fr", captionPath=None, fileUrl=address)]
        error = failure(make().fetch_transcript, ref, ())
        assert (error.code, error.handling) == ("file_host_unknown", Handling.OPERATOR)
        assert "storage.test" in error.message

    def test_captions_without_words_are_none(self, make, ref, tube):
        tube.instead[".vtt"] = Response("WEBVTT\n\n00:01.000 --> 00:02.000\n[Music]\n")
        assert failure(make().fetch_transcript, ref, ()).code == "empty_transcript"

    def test_a_page_in_place_of_captions_is_not_read(self, make, ref, tube):
        tube.instead[".vtt"] = Response("<html>sorry</html>")
        assert failure(make().fetch_transcript, ref, ()).code == "parse_error"

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({}, "no_captions"),
            ({"isLive": True}, "live_now"),
            ({"publishedAt": "NOW"}, "captions_not_ready"),
            *(({"state": {"id": state}}, code) for state, code in failures.STATES.items()),
        ],
        ids=str,
    )
    def test_a_video_without_captions_says_why(self, make, ref, tube, changes, code):
        now = dt.datetime.now(dt.UTC).isoformat()
        tube.captions = []
        tube.video |= {k: now if v == "NOW" else v for k, v in changes.items()}
        assert failure(make().fetch_transcript, ref, ()).code == code

    def test_a_stream_that_is_due_is_waited_for(self, make, ref, tube):
        tube.captions = []
        starts = [{"startAt": "2031-01-02T00:00:00Z"}, {"startAt": "2031-01-01T00:00:00Z"}]
        tube.video |= {"isLive": True, "state": {"id": 4}, "liveSchedules": starts}
        error = failure(make().fetch_transcript, ref, ())
        assert (error.code, error.handling) == ("not_started", Handling.WAIT)
        assert error.retry_at == dt.datetime(2031, 1, 1, tzinfo=dt.UTC)


def failure(work, *args):
    with pytest.raises(PluginError) as caught:
        work(*args)
    return caught.value


@pytest.mark.parametrize(("error_type", "code"), failures.BY_TYPE.items())
def test_every_type_of_peertubes_errors(make, ref, tube, error_type, code):
    tube.instead[UUID] = as_json({"type": error_type, "status": 403}, 403)
    assert failure(make().fetch_metadata, ref).code == code


@pytest.mark.parametrize(("status", "code"), failures.BY_STATUS.items())
def test_every_status_of_peertube(make, ref, tube, status, code):
    tube.instead[UUID] = as_json({"type": "about:blank", "status": status}, status)
    assert failure(make().fetch_metadata, ref).code == code


@pytest.mark.parametrize(("status", "code"), failures.BY_STATUS_OF_OTHERS.items())
def test_every_status_of_what_stands_in_front(make, ref, tube, status, code):
    tube.instead[UUID] = Response("<html>Are you a robot?</html>", status)
    assert failure(make().fetch_metadata, ref).code == code


@pytest.mark.parametrize("status", [500, 502, 503, 599])
def test_errors_of_the_server_are_tried_again(make, ref, tube, status):
    tube.instead[UUID] = Response("", status)
    error = failure(make().fetch_metadata, ref)
    assert (error.code, error.handling) == ("network_error", Handling.RETRY)


@pytest.mark.parametrize(("name", "code"), failures.BY_EXCEPTION.items())
def test_every_exception_of_requests(name, code):
    error = failures.of_exception(getattr(requests.exceptions, name)("x"))
    assert error.code == code


@pytest.mark.parametrize(("name", "code"), failures.WHILE_READING.items())
def test_every_exception_while_an_answer_is_read(name, code):
    kind = getattr(urllib3.exceptions, name)
    error = failures.of_exception(kind.__new__(kind))
    assert error.code == code


@pytest.mark.parametrize(
    ("pause", "seconds"),
    [
        ("120", 120),
        ("99999999999999", 86_400),
        ("0", None),
        ("soon", None),
        ("", None),
        ("-5", None),
    ],
)
def test_a_pause_that_is_asked_for_is_kept(make, ref, tube, pause, seconds):
    tube.instead[UUID] = as_json({}, 429, **{"Retry-After": pause})
    before = dt.datetime.now(dt.UTC)
    at = failure(make().fetch_metadata, ref).retry_at
    if seconds is None:
        assert at is None
    else:
        assert seconds - 1 <= (at - before).total_seconds() <= seconds + 30


def test_a_redirect_within_the_instance_is_followed(make, ref, tube):
    tube.instead[UUID] = lambda request: (
        as_json(tube.video)
        if "again" in request.args
        else Response("", 302, {"Location": "?again=1"})
    )
    assert make().fetch_metadata(ref).title == "How bread rises"


@pytest.mark.parametrize(
    "target",
    ["http://169.254.169.254/latest", "https://other.test/", "file:///etc/passwd", "http://[::1]/"],
)
def test_a_redirect_to_another_host_is_not_followed(make, ref, tube, target):
    tube.instead[UUID] = Response("", 302, {"Location": target})
    assert failure(make().fetch_metadata, ref).code == "file_host_unknown"


def test_a_redirect_without_end_is_given_up(make, ref, tube):
    tube.instead[UUID] = Response("", 302, {"Location": ""})
    assert failure(make().fetch_metadata, ref).code == "parse_error"
    assert len(tube.asked) == 4


def test_an_answer_of_many_megabytes_is_given_up(make, ref, tube):
    tube.instead[UUID] = Response(b"[" + b"1," * 3 * 2**20)
    error = failure(make().fetch_metadata, ref)
    assert (error.code, error.message) == ("parse_error", "An answer has over 4 MB.")


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 200_000])
def test_what_is_no_json_is_not_read(make, ref, tube, body):
    tube.instead[UUID] = Response(body)
    assert failure(make().fetch_metadata, ref).code == "parse_error"


class Trickling:
    """A server that sends its answer a byte at a time, or nothing at all."""

    def __init__(self, first):
        self._first, self.received = first, b""
        self._end = threading.Event()
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.settimeout(5)
        self.port = self._server.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def _serve(self):
        try:
            connection, _ = self._server.accept()
        except TimeoutError:
            return
        with connection:
            try:
                self.received = connection.recv(4096)
                while self._first and not self._end.wait(0.02):
                    connection.sendall(self._first)
                    self._first = b" "
                self._end.wait(20)
            except OSError:
                return

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exc):
        self._end.set()
        self._thread.join(10)
        self._server.close()


@pytest.mark.parametrize("first", [b"", b"HTTP/1.1 200 OK\r\n\r\n "])
def test_a_server_that_never_finishes_is_given_up(make, first):
    with Trickling(first) as server:
        fetcher = make(instances=(f"http://127.0.0.1:{server.port}",), request_seconds=0.1)
        ref = fetcher.resolve(f"http://127.0.0.1:{server.port}/w/{SHORT}")
        began = time.monotonic()
        assert failure(fetcher.fetch_metadata, ref).code == "timed_out"
        assert time.monotonic() - began < 10


def test_a_host_name_that_leads_into_a_private_network_is_told_nothing(make):
    with Trickling(b"") as server:
        fetcher = make(instances=(f"localhost:{server.port}",))
        ref = fetcher.resolve(f"https://localhost:{server.port}/w/{SHORT}")
        assert failure(fetcher.fetch_metadata, ref).code == "network_error"
    assert server.received == b""


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1"])
def test_addresses_in_the_internet(address):
    assert is_public_address(address)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "169.254.169.254", "0.0.0.0", "224.0.0.1"),
        *("::1", "fe80::1%eth0", "fd00::1", "fec0::1", "ff0e::1", "::127.0.0.1"),
        *("::ffff:127.0.0.1", "::ffff:0:7f00:1", "64:ff9b::7f00:1", "64:ff9b:1::1"),
        "2002:7f00:1::",
    ],
)
def test_addresses_in_private_networks(address):
    assert not is_public_address(address)


def test_a_server_that_is_away_is_tried_again(make):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    fetcher = make(instances=(f"http://127.0.0.1:{port}",))
    ref = fetcher.resolve(f"http://127.0.0.1:{port}/w/{SHORT}")
    assert failure(fetcher.fetch_metadata, ref).code == "network_error"


def test_two_instances_have_ids_of_their_own(make):
    fetcher = make(instances=("a.test", "b.test", "b.test:8443"))
    hosts = ("a.test", "b.test", "b.test:8443")
    ids = [fetcher.resolve(f"https://{host}/w/{SHORT}").id for host in hosts]
    assert ids == [f"a.test_{UUID}", f"b.test_{UUID}", f"b.test_8443_{UUID}"]


@pytest.mark.parametrize(
    "path",
    ["/w/p/abcdefghij", "/w/42", "/w/", f"/w/{SHORT}0", f"/x/{UUID}", "/w/zzzzzzzzzzzzzzzzzzzzzz"],
)
def test_what_names_no_video_is_not_known(make, path):
    assert make(instances=("a.test",)).resolve(f"https://a.test{path}") is None


@pytest.mark.parametrize("video_id", [f"other.test_{UUID}", UUID, "x", f"a.test_{SHORT}", ""])
def test_a_video_of_no_listed_instance_is_left_to_the_operator(make, video_id):
    fetcher = make(instances=("a.test",))
    error = failure(fetcher.fetch_metadata, VideoRef("peertube", video_id, "https://x.test/"))
    assert (error.code, error.handling) == ("instance_not_listed", Handling.OPERATOR)


def test_without_instances_it_knows_nothing_and_says_what_to_set():
    fetcher = PeerTubeFetcher(PeerTubeFetcher.Settings())
    assert fetcher.resolve(f"https://{HOST}/w/{SHORT}") is None
    with pytest.raises(PluginUnavailableError) as caught:
        fetcher.check()
    assert "VIDWIZ_PLUGIN_PEERTUBE_INSTANCES" in caught.value.remedy


@pytest.mark.parametrize(
    "instance",
    ["a.test/path", "ftp://a.test", "http://me@a.test", "http://[::1]", "a" * 63, "a b", "", "a:x"],
)
def test_an_instance_that_is_none_is_a_wrong_setting(instance):
    with pytest.raises(ValueError, match=r"instances|port|Port"):
        PeerTubeFetcher.Settings(instances=(instance,))


@pytest.mark.parametrize("seconds", [0, -1, 61, float("inf"), float("nan")])
def test_a_time_that_is_none_is_a_wrong_setting(seconds):
    with pytest.raises(ValueError, match="request_seconds"):
        PeerTubeFetcher.Settings(request_seconds=seconds)
