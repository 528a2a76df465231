"""What the API shows of each cause for which YouTube gives no transcript: code, words, time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from tests.failures.table import OK, ROWS, TRANSCRIPT_API
from tests.fixtures.databases import only_sqlite
from tests.support import work_here
from vidwiz.db.transactions import unit_of_work
from vidwiz.models import FetcherState
from vidwiz.plugin_api import FAILURES
from vidwiz.plugin_api.fakes import FakeLLM, FakeMetadataFetcher
from vidwiz.plugin_host.registry import Registry
from vidwiz.runtime import current
from vidwiz.tasks.types import TaskType
from vidwiz_youtube.failures import REQUEST_SENTENCES, SENTENCES
from vidwiz_youtube.settings import RequestSettings
from vidwiz_youtube.transcript_api import TranscriptApiFetcher

CASES = [
    (row, row.codes[TRANSCRIPT_API])
    for row in ROWS
    if row.codes.get(TRANSCRIPT_API, OK) not in {OK, "invalid_id"}
    and row.limit > 1  # one that is slow would take all that time here
    # What follows from these depends on what other fetchers say, of which there are none here.
    and row.codes[TRANSCRIPT_API] not in {"no_captions", "po_token_required"}
]
STATES = {"wait": "waiting", "retry": "retrying"}
WITH_DETAILS = {
    "not_started": " UTC; it is fetched afterwards.",
    "unplayable": "YouTube does not play this video: Only on Tuesdays.",
    "empty_transcript": "hold no words.",
}
LONGEST = timedelta(hours=12)  # that a task waits at once, see the table of waits


@pytest.fixture
def plugins():
    fetcher = TranscriptApiFetcher(RequestSettings(timeout_seconds=10.0))
    return Registry.of(FakeMetadataFetcher({}), fetcher, FakeLLM())


@pytest.fixture
def config(config):
    return replace(config, transcript_fetchers=(TRANSCRIPT_API,), fetch_per_minute=0)


@only_sqlite
def test_a_cause_is_shown_with_its_sentence_and_time(app, ada, through_youtube):
    youtube, found, expected = through_youtube, {}, {}
    for number, (row, code) in enumerate(CASES):
        video_id = f"video{number:06}"
        youtube.reset()
        row.cause(youtube, video_id)
        with app.app_context(), unit_of_work(current()) as uow:
            uow.session.execute(sa.delete(FetcherState))  # nobody remembers the row before
        ada.post("/videos", {"video": video_id})
        began = datetime.now(UTC)
        work_here(app, [TaskType.FETCH_TRANSCRIPT])
        stage = ada.get(f"/videos/{video_id}").json["stages"]["transcript"]
        found[row.name] = (stage["code"], stage["state"], is_right(stage, row, began))
        expected[row.name] = (code, state_of(row, code), True)
    assert found == expected


def state_of(row, code):
    handling = row.handling or FAILURES[code].handling.value
    return STATES.get(handling, "unavailable")


def is_right(stage, row, began):
    """Say whether the sentence is one, and the time no earlier than the table asks for."""
    if not says_why(stage["code"], stage["message"]):
        return False
    if stage["state"] == "unavailable":
        return stage["next_try_at"] is None
    wait = datetime.fromisoformat(stage["next_try_at"]) - began
    return wait >= min(LONGEST, timedelta(hours=row.hours or 0))


def says_why(code, message):
    if code in WITH_DETAILS:
        return WITH_DETAILS[code] in message
    known = {SENTENCES.get(code), *REQUEST_SENTENCES.values()}
    return message in known or (code not in SENTENCES and message == FAILURES[code].message)
