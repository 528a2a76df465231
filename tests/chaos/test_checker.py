"""The checker's negative control: of each made-up harm it says what is wrong."""

from copy import deepcopy

import pytest

from tests.chaos import names
from tests.chaos.checker import violations
from tests.chaos.clients import Event, History
from tests.chaos.provider import Marker, title, written
from tests.chaos.state import State

VIDEO, USER, NOTE, TRANSCRIPT = "chaosvideo0", 1, 11, 5
CALL, OTHER_CALL, SUMMARY_CALL = "a" * 32, "b" * 32, "c" * 32
KEY = f"transcripts/{VIDEO}/digest.json"
TEXT = written(Marker("note", VIDEO, "61", CALL))
OTHER_TEXT = written(Marker("note", VIDEO, "61", OTHER_CALL))
SUMMARY = written(Marker("summary", VIDEO, "whole", SUMMARY_CALL))


def shown(**fields):
    """Return a note as the API shows it: at 1:01, waiting for the AI."""
    note = {"id": NOTE, "video_id": VIDEO, "timestamp": "1:01", "text": None}
    return {**note, "generated_by_ai": fields.get("text") is not None, **fields}


def event(kind, sent_at, note, *, status=200, **asked):
    return Event(0, kind, NOTE, sent_at, status, asked, note)


def task(task_id, kind, subject, *, status=names.COMPLETED, **fields):
    return {
        "id": task_id,
        "task_type": kind,
        "subject": subject,
        "video_id": VIDEO,
        "note_id": None,
        "status": status,
        "attempt": 1,
        "failures": 0,
        "max_attempts": 5,
        "error_code": None,
        **fields,
    }


def audit(kind, subject, before, after, detail=None):
    return {"kind": kind, "subject": subject, "before": before, "after": after, "detail": detail}


class World:
    """A run without any harm: one video, and one note that its owner made and the AI filled."""

    def __init__(self):
        self.history = History(
            events=[
                event("create", 10.0, shown(), timestamp="1:01", text=None, video_id=VIDEO),
                event("read", 12.0, shown(text=TEXT)),
            ],
            saved={(USER, VIDEO)},
            watched={VIDEO},
        )
        self.state = State(
            tables={
                names.VIDEOS: [
                    {"video_id": VIDEO, "title": title(VIDEO), "transcript_available": True}
                ],
                names.LIBRARY: [{"user_id": USER, "video_id": VIDEO}],
                names.TRANSCRIPTS: [
                    {
                        "id": TRANSCRIPT,
                        "video_id": VIDEO,
                        "object_key": KEY,
                        "sha256": "digest",
                        "summary": SUMMARY,
                        "published_at": "now",
                    }
                ],
                names.NOTES: [{**shown(text=TEXT), "user_id": USER}],
                names.TASKS: [
                    task(1, names.FETCH_METADATA, names.of_video(VIDEO)),
                    task(2, names.FETCH_TRANSCRIPT, names.of_video(VIDEO)),
                    task(3, names.GENERATE_SUMMARY, names.of_transcript(TRANSCRIPT)),
                    task(4, names.GENERATE_NOTE, names.of_note(NOTE)),
                ],
            },
            audit=[
                audit("summary", TRANSCRIPT, None, SUMMARY),
                audit("note", NOTE, None, TEXT, "1"),
                audit("task", 4, "pending", "in_progress"),
                audit("task", 4, "in_progress", "completed"),
            ],
            calls=[
                {"call": CALL, "at": 11.0},
                {"call": OTHER_CALL, "at": 11.0},
                {"call": SUMMARY_CALL, "at": 11.0},
            ],
            objects={KEY: "digest", names.published_copy(VIDEO): "digest"},
        )

    @property
    def note(self):
        return self.state.rows(names.NOTES)[0]

    @property
    def note_task(self):
        return self.state.rows(names.TASKS)[3]

    def tell(self, *events):
        """Let the owner have done this instead of reading."""
        self.history.events[1:] = events

    def violations(self):
        return violations(self.history, self.state)


@pytest.fixture
def world():
    return World()


def test_a_run_without_harm_has_no_violations(world):
    assert world.violations() == []


def note_filled_twice(world):
    world.note["text"] = OTHER_TEXT
    world.state.audit += [audit("note", NOTE, TEXT, OTHER_TEXT, "1")]


def effect_without_its_task(world):
    world.note_task["status"] = "cancelled"


def answer_written_twice(world):
    world.state.audit += [audit("note", NOTE, None, TEXT, "1")]


def summary_written_twice(world):
    again = written(Marker("summary", VIDEO, "whole", OTHER_CALL))
    world.state.audit += [audit("summary", TRANSCRIPT, SUMMARY, again)]


def text_of_nobody(world):
    world.state.calls.pop(0)


def lost_note(world):
    world.state.rows(names.NOTES).clear()


def note_lost_to_a_reader(world):
    world.tell(event("read", 12.0, None, status=404))


def deleted_note_there(world):
    world.tell(event("delete", 12.0, None))


def deleted_note_read(world):
    world.tell(event("delete", 12.0, None), event("read", 13.0, shown(text=TEXT)))
    world.state.rows(names.NOTES).clear()


def note_of_nobody(world):
    world.state.rows(names.NOTES).append({**shown(id=NOTE + 1, text="?"), "user_id": USER})


def owners_text_lost(world):
    mine = shown(text="Mine.", generated_by_ai=False)
    world.tell(event("edit", 12.0, mine, text="Mine."))


def owners_text_overwritten(world):
    owners_text_lost(world)
    world.state.audit += [audit("note", NOTE, "Mine.", OTHER_TEXT, "true")]


def edit_not_taken(world):
    world.tell(event("edit", 12.0, shown(), text="Mine."))
    world.note.update(text="Mine.", generated_by_ai=False)


def text_from_the_old_mark(world):
    world.tell(event("retime", 10.5, shown(timestamp="2:00"), timestamp="2:00"))
    world.note["timestamp"] = "2:00"


def retime_lost(world):
    world.tell(event("retime", 12.0, shown(timestamp="2:00", text=TEXT), timestamp="2:00"))


def text_from_before_the_change(world):
    world.tell(event("blank", 12.0, shown(), text=""))


def text_of_another_video(world):
    text = written(Marker("note", "chaosvideo1", "61", CALL))
    world.tell()
    world.note["text"] = world.state.audit[1]["after"] = text


def forgotten_note(world):
    world.tell()
    world.note["text"] = None


def waiting_task(world):
    world.note_task["status"] = "pending"


def two_active_tasks(world):
    waiting_task(world)
    world.state.rows(names.TASKS).append({**world.note_task, "id": 9})


def ended_task_works_again(world):
    world.state.audit += [audit("task", 4, "completed", "in_progress")]


def bug_ends_a_task(world):
    world.note_task.update(status=names.FAILED, error_code="internal_error")


def missing_fetch(world):
    world.state.rows(names.VIDEOS)[0]["title"] = None


def missing_summary(world):
    world.state.rows(names.TRANSCRIPTS)[0]["summary"] = None


def unsaved_video(world):
    world.state.rows(names.LIBRARY).clear()


def missing_object(world):
    del world.state.objects[KEY]


def stale_copy(world):
    world.state.objects[names.published_copy(VIDEO)] = "old"


def transcript_denied(world):
    world.state.rows(names.VIDEOS)[0]["transcript_available"] = False


def odd_answer(world):
    world.history.odd.append("client 0: GET /notes/11: 500")


def failed_job(world):
    world.state.failed_jobs.append("KeyError: 'x'")


def logged_error(world):
    world.state.errors.append("a request met a bug")


def left_over_process(world):
    world.state.still_running.append("web")


HARMS = {
    note_filled_twice: "was filled again",
    effect_without_its_task: "1 effects of generate_note on note:11, but 0 completed tasks",
    answer_written_twice: f"the answer of call {CALL} was written 2 times",
    summary_written_twice: "transcript 5 got 2 summaries",
    text_of_nobody: "a text was written that no provider made",
    lost_note: "note 11: was lost",
    note_lost_to_a_reader: "note 11: was lost before read",
    deleted_note_there: "note 11: came back after it was deleted",
    deleted_note_read: "note 11: came back after it was deleted, at read",
    note_of_nobody: "note 12 was made by nobody",
    owners_text_lost: "in the end; its owner wrote 'Mine.'",
    owners_text_overwritten: "the AI wrote over the text 'Mine.' of note 11",
    edit_not_taken: "note 11: reads None after edit; its owner wrote 'Mine.'",
    text_from_the_old_mark: "has a text of the mark 61, not of ['120']",
    retime_lost: "is at 1:01 in the end, not at 2:00",
    text_from_before_the_change: "was begun before its owner's last change",
    text_of_another_video: "has a text of chaosvideo1",
    forgotten_note: "note 11 was forgotten",
    waiting_task: "task 4 (generate_note of note:11) is pending",
    two_active_tasks: "2 active tasks of ('generate_note', 'note:11')",
    ended_task_works_again: "task 4 went from completed to in_progress",
    bug_ends_a_task: "task 4 failed with internal_error",
    missing_fetch: "fetch_metadata of video:chaosvideo0 is missing",
    missing_summary: "generate_summary of transcript:5 is missing",
    unsaved_video: "is not in the library of user 1",
    missing_object: "which is missing or damaged",
    stale_copy: "the published copy of chaosvideo0 is not the current transcript",
    transcript_denied: "video chaosvideo0 is wrong about having a transcript",
    odd_answer: "GET /notes/11: 500",
    failed_job: "a job failed by a bug",
    logged_error: "an error was logged",
    left_over_process: "still running: web",
}


@pytest.mark.parametrize(
    ("harm", "sentence"), HARMS.items(), ids=lambda value: getattr(value, "__name__", "")
)
def test_a_harm_is_noticed(world, harm, sentence):
    harm(world)
    assert any(sentence in violation for violation in world.violations())


def test_what_an_owner_may_see_is_no_violation(world):
    """The AI's text from before a retime stays, also when the retime was the first to show it."""
    moved = shown(timestamp="2:00", text=TEXT)
    world.tell(event("retime", 12.0, moved, timestamp="2:00"))
    world.note["timestamp"] = "2:00"
    assert world.violations() == []


def test_a_note_whose_task_used_up_its_tries_may_wait(world):
    before = deepcopy(world.state.audit)
    world.tell()
    world.note["text"] = None
    world.note_task.update(status=names.FAILED, error_code="worker_lost")
    world.state.audit = [entry for entry in before if entry["kind"] == "summary"]
    assert world.violations() == []
