"""A result always gets through, whatever else goes on with its video."""

import threading
import time

import pytest

from tests.fixtures.servers import until
from tests.support import VIDEO, ensure_video, make_note, make_user, writing
from vidwiz.db.transactions import read_transaction
from vidwiz.pipeline import submissions
from vidwiz.pipeline.flow import KINDS
from vidwiz.pipeline.work import TranscriptResult
from vidwiz.plugin_api.fakes import spoken
from vidwiz.runtime import current
from vidwiz.services import videos
from vidwiz.tasks import claims
from vidwiz.tasks.types import TaskType, WorkerId

WRITERS = 12
# Far longer than a result takes, and shorter than lock_timeout, after which it would fail.
LONGEST_WAIT = 8.0


@pytest.mark.slow
def test_a_stream_of_notes_does_not_keep_a_result_out(core):
    """Each note holds the video's row for a moment, and there is never a moment without one."""
    ada = make_user()
    ensure_video()
    kind = KINDS.named(TaskType.FETCH_TRANSCRIPT)
    stored = kind.store(current().store, VIDEO, TranscriptResult(spoken("Words."), "x"))
    with writing() as uow:
        (held,) = claims.claim(uow, kind.name, WorkerId("me"), lease_seconds=60.0)
    over, made = threading.Event(), []

    def keep_making():
        with core.app_context():
            while not over.is_set():
                with writing() as uow:
                    videos.ensure(uow, VIDEO)
                    # As a slow request holds it; so long that some of the others always overlap.
                    time.sleep(0.1)
                made.append(1)

    threads = [threading.Thread(target=keep_making) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    try:
        while len(made) < WRITERS:
            time.sleep(0.01)
        begun = time.monotonic()
        with writing() as uow:
            submissions.write_result(uow, kind, held, stored)
        waited = time.monotonic() - begun
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert waited < LONGEST_WAIT
    with read_transaction() as session:
        assert videos.get(session, VIDEO).transcript_available
    make_note(ada)


@pytest.mark.slow
def test_a_stream_of_writers_in_another_process_does_not_keep_one_out(stack):
    """Between two of its transactions there is hardly a moment in which nobody has the lock."""
    ensure_video()
    stream = stack.start("-m", "tests.programs.stream_of_writers")
    until(lambda: "writing" in stack.output(), f"the stream\n{stack.output()}")
    waits = []
    for _ in range(10):
        begun = time.monotonic()
        with writing() as uow:
            videos.lock(uow, VIDEO)
        waits.append(time.monotonic() - begun)
        time.sleep(0.05)  # meanwhile the stream goes on
    assert stream.poll() is None
    assert max(waits) < LONGEST_WAIT
