"""The invariants, stated from outside: from what was acknowledged and what is there in the end.

Each check returns sentences about what is wrong; none means that all holds.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass

from tests.chaos import names
from tests.chaos.clients import GONE
from tests.chaos.provider import marker_of

# Codes with which a task may end when its tries are used up: what the plan and the faults bring.
MAY_END_WITH = frozenset(
    {
        *("worker_lost", "database_error", "store_error"),
        *("network_error", "fetcher_crash", "bad_answer", "provider_crash"),
    }
)
# Faults cost tries, so some tasks may use up theirs; were it many, little would be checked.
MOST_FAILED = 0.15


def violations(history, state):
    """Return everything that is wrong."""
    return [
        *history.odd,
        *unfinished(history, state),
        *_notes(history, state),
        *_library(history, state),
        *_tasks(state),
        *_effects(state),
        *_objects(state),
        *(f"a job failed by a bug: {why}" for why in state.failed_jobs),
        *(f"an error was logged: {line}" for line in state.errors),
        *(f"still running: {what}" for what in state.still_running),
    ]


def unfinished(history, state):
    """Return what was accepted and has not ended: neither with its effect nor as failed."""
    newest = _newest_tasks(state)
    videos = {row["video_id"]: row for row in state.rows(names.VIDEOS)}
    transcripts = {row["video_id"]: row for row in state.rows(names.TRANSCRIPTS)}
    wrong = [
        f"task {task['id']} ({task['task_type']} of {task['subject']}) is {task['status']}"
        for task in state.rows(names.TASKS)
        if task["status"] in names.ACTIVE
    ]
    for video_id in sorted(history.watched):
        video, transcript = videos.get(video_id), transcripts.get(video_id)
        wanted = [(names.FETCH_METADATA, names.of_video(video_id), video and video["title"])]
        wanted += [(names.FETCH_TRANSCRIPT, names.of_video(video_id), transcript)]
        if transcript:
            subject = names.of_transcript(transcript["id"])
            wanted += [(names.GENERATE_SUMMARY, subject, transcript["summary"])]
        wrong += [
            f"{kind} of {subject} is missing"
            for kind, subject, has in wanted
            if not has and not _has_failed(newest, kind, subject)
        ]
    for note in state.rows(names.NOTES):
        if note["text"] is None and note["video_id"] in transcripts:
            subject = names.of_note(note["id"])
            if not _has_failed(newest, names.GENERATE_NOTE, subject):
                wrong.append(f"note {note['id']} was forgotten: it waits and no task failed")
    return wrong


def _newest_tasks(state):
    tasks = sorted(state.rows(names.TASKS), key=lambda task: task["id"])
    return {(task["task_type"], task["subject"]): task for task in tasks}


def _has_failed(newest, kind, subject):
    task = newest.get((kind, subject))
    return task is not None and task["status"] == names.FAILED


@dataclass
class _Expected:
    """What a note must be like by all that was acknowledged about it so far."""

    timestamp: str
    own: str | None
    """Its owner's text; None where the AI may write."""
    written: str | None = None
    """The AI's text, once it was seen."""
    marks: frozenset[str] = frozenset()
    """The marks from which a text of the AI that was not seen yet may be made."""
    since: float = 0.0
    """When the request was sent after which that text must have been begun."""


def _notes(history, state):
    rows = {row["id"]: row for row in state.rows(names.NOTES)}
    calls = {call["call"]: call for call in state.calls}
    of_note = defaultdict(list)
    for event in history.events:
        of_note[event.note_id].append(event)
    wrong = [f"note {note_id} was made by nobody" for note_id in rows.keys() - of_note.keys()]
    for note_id, events in of_note.items():
        wrong += [
            f"note {note_id}: {sentence}" for sentence in _story(events, rows.get(note_id), calls)
        ]
    return wrong


def _story(events, row, calls):
    """Follow one note through its acknowledged requests to its row at the end."""
    expected = _Expected(events[0].asked["timestamp"], events[0].asked["text"])
    expected.marks = frozenset({_mark(expected.timestamp)})
    for number, event in enumerate(events):
        if event.kind == "delete":
            yield from _after_deletion(events[number + 1 :], row)
            return
        if event.status == GONE:
            yield f"was lost before {event.kind}"
            return
        _take_over(expected, event)
        yield from _compare(expected, event.note, calls, f"after {event.kind}")
    if row is None:
        yield "was lost"
        return
    if row["video_id"] != events[0].asked["video_id"]:
        yield f"belongs to {row['video_id']}"
    yield from _compare(expected, row, calls, "in the end")


def _after_deletion(events, row):
    for event in events:
        if event.status != GONE:
            yield f"came back after it was deleted, at {event.kind}"
    if row is not None:
        yield "came back after it was deleted"


def _take_over(expected, event):
    """Change what is expected as the acknowledged request asked for."""
    if event.kind in ("edit", "blank"):
        expected.own = event.asked["text"] or None
        expected.written = None
        expected.since = event.sent_at
        expected.marks = frozenset({_mark(expected.timestamp)})
    elif event.kind == "retime":
        expected.timestamp = event.asked["timestamp"]
        new = frozenset({_mark(expected.timestamp)})
        if event.note["text"] is None:
            expected.since, expected.marks = event.sent_at, new
        else:
            # Filled before, but not seen: from the mark before, or by an unanswered request's.
            expected.marks |= new


def _compare(expected, note, calls, when):
    text = note["text"]
    if note["timestamp"] != expected.timestamp:
        yield f"is at {note['timestamp']} {when}, not at {expected.timestamp}"
    if expected.own is not None:
        if text != expected.own or note["generated_by_ai"]:
            yield f"reads {text!r} {when}; its owner wrote {expected.own!r}"
    elif expected.written is not None:
        if text != expected.written:
            yield f"was filled again: {expected.written!r}, and {text!r} {when}"
    elif text is not None:
        expected.written = text
        yield from _compare_generated(expected, note, calls, when)


def _compare_generated(expected, note, calls, when):
    marker = marker_of(note["text"])
    call = calls.get(marker.call) if marker else None
    if call is None or marker.role != "note" or not note["generated_by_ai"]:
        yield f"reads {note['text']!r} {when}, which no provider wrote for a note"
        return
    if marker.video != note["video_id"]:
        yield f"has a text of {marker.video}"
    if marker.mark not in expected.marks:
        yield f"has a text of the mark {marker.mark}, not of {sorted(expected.marks)}"
    if call["at"] < expected.since:
        yield f"has a text {when} that was begun before its owner's last change"


def _mark(timestamp):
    minutes, seconds = timestamp.split(":")
    return str(int(minutes) * 60 + int(seconds))


def _library(history, state):
    there = {(row["user_id"], row["video_id"]) for row in state.rows(names.LIBRARY)}
    for user_id, video_id in sorted(history.saved - there):
        yield f"video {video_id} is not in the library of user {user_id}, who saved it"
    titles = {row["video_id"]: row["title"] for row in state.rows(names.VIDEOS)}
    for video_id, title in titles.items():
        if title is not None and title != f"Title of {video_id}":
            yield f"video {video_id} has the title {title!r}"


def _tasks(state):
    tasks = state.rows(names.TASKS)
    active = Counter(
        (task["task_type"], task["subject"]) for task in tasks if task["status"] in names.ACTIVE
    )
    for key, count in active.items():
        if count > 1:
            yield f"{count} active tasks of {key}"
    failed = [task for task in tasks if task["status"] == names.FAILED]
    for task in failed:
        if task["error_code"] not in MAY_END_WITH:
            yield f"task {task['id']} failed with {task['error_code']}"
    if len(failed) > max(1, MOST_FAILED * len(tasks)):
        yield f"{len(failed)} of {len(tasks)} tasks failed"
    for entry in state.audit:
        if entry["kind"] == "task" and entry["before"] in names.TERMINAL:
            yield f"task {entry['subject']} went from {entry['before']} to {entry['after']}"


def _effects(state):
    """Each effect was committed once, by a provider's call, and none without an end of its task."""
    calls = {call["call"] for call in state.calls}
    filled, summed, used = Counter(), Counter(), Counter()
    for entry in state.audit:
        marker = marker_of(entry["after"])
        if entry["kind"] == "summary":
            summed[entry["subject"]] += 1
        elif entry["kind"] != "note" or not _is_true(entry["detail"]):
            continue
        else:
            filled[entry["subject"]] += 1
            if entry["before"] is not None:
                yield f"the AI wrote over the text {entry['before']!r} of note {entry['subject']}"
        if marker is None or marker.call not in calls:
            yield f"a text was written that no provider made: {entry['after']!r}"
        else:
            used[marker.call] += 1
    yield from (
        f"the answer of call {call} was written {n} times" for call, n in used.items() if n > 1
    )
    yield from (f"transcript {key} got {n} summaries" for key, n in summed.items() if n > 1)
    yield from _unended(state, filled, names.GENERATE_NOTE, names.of_note)
    yield from _unended(state, summed, names.GENERATE_SUMMARY, names.of_transcript)


def _unended(state, effects, kind, subject_of):
    completed = Counter(
        task["subject"]
        for task in state.rows(names.TASKS)
        if task["task_type"] == kind and task["status"] == names.COMPLETED
    )
    for key, count in effects.items():
        if count > completed[subject_of(key)]:
            yield (
                f"{count} effects of {kind} on {subject_of(key)},"
                f" but {completed[subject_of(key)]} completed tasks"
            )


def _is_true(detail):
    return detail in ("1", "true")


def _objects(state):
    for row in state.rows(names.TRANSCRIPTS):
        video_id, key = row["video_id"], row["object_key"]
        if state.objects.get(key) != row["sha256"]:
            yield f"the transcript of {video_id} points to {key}, which is missing or damaged"
        if state.objects.get(names.published_copy(video_id)) != row["sha256"]:
            yield f"the published copy of {video_id} is not the current transcript"
        if row["published_at"] is None:
            yield f"the transcript of {video_id} is not known to be published"
        marker = marker_of(row["summary"])
        if marker and (marker.role, marker.video) != ("summary", video_id):
            yield f"the summary of {video_id} was made from {marker.video}"
    known = {row["video_id"] for row in state.rows(names.TRANSCRIPTS)}
    for row in state.rows(names.VIDEOS):
        if bool(row["transcript_available"]) != (row["video_id"] in known):
            yield f"video {row['video_id']} is wrong about having a transcript"
