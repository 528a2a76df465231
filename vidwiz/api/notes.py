"""Notes: marks in videos."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, jsonify

from vidwiz.api.blueprints import Blueprint
from vidwiz.api.schemas.common import MessageOut
from vidwiz.api.schemas.notes import IdempotencyIn, NoteChangesIn, NoteIn, NoteOut
from vidwiz.http.auth import NOTE_WRITERS, READERS, USERS
from vidwiz.http.presenters import present_notes, present_written_note
from vidwiz.http.replies import reply
from vidwiz.http.transactions import read_transaction, single_statement, write_transaction
from vidwiz.runtime import current
from vidwiz.services import idempotency, notes, video_ids

if TYPE_CHECKING:
    from vidwiz.db.transactions import UnitOfWork
    from vidwiz.http.callers import Caller

blueprint = Blueprint("notes", __name__, description="Marks in videos, and the AI's text at them")
_NOTE = NoteOut()


@blueprint.get("/videos/<video:video_id>/notes", access=READERS)
@blueprint.response(200, NoteOut(many=True))
def list_notes(caller: Caller, video_id: str) -> Response:
    """List one's own notes of a video, in the order of the video."""
    video_ids.check(video_id)
    with read_transaction(caller) as session:
        found = notes.of_video(session, video_id, user_id=caller.account.id)
        return reply(_NOTE, present_notes(session, found), many=True)


@blueprint.post("/videos/<video:video_id>/notes", access=NOTE_WRITERS)
@blueprint.arguments(NoteIn())
@blueprint.arguments(IdempotencyIn(), location="headers")
@blueprint.response(201, NoteOut)
def create_note(
    caller: Caller, asked: dict[str, Any], header: dict[str, str], video_id: str
) -> Response:
    """Make a note; without text it waits for the AI. An Idempotency-Key makes repeating safe."""
    video_ids.check(video_id)
    if "key" not in header and (asked["text"] or "").strip():
        written = _create_at_once(caller, video_id, asked)
        if written is not None:
            return _created(written)
    with write_transaction(caller) as uow:
        user_id = caller.account.id
        if "key" not in header:
            return _created(_create(uow, caller, video_id, asked))
        key = idempotency.key(user_id, "create_note", header["key"], [video_id, asked])
        answer = idempotency.begin(uow, key)
        if answer is None:
            answer = _create(uow, caller, video_id, asked)
            idempotency.keep(uow, key, answer)
        return _created(answer)


def _create_at_once(caller: Caller, video_id: str, asked: dict[str, Any]) -> dict[str, Any] | None:
    """Make what most notes are, a text in a known video, without the round trips of a transaction.

    None where more is to be done.
    """
    with single_statement(caller) as uow:
        note = notes.create_at_once(
            uow,
            user_id=caller.account.id,
            video_id=video_id,
            timestamp=asked["timestamp"],
            text=asked["text"],
        )
    return None if note is None else _NOTE.dump(present_written_note(note))


def _create(
    uow: UnitOfWork, caller: Caller, video_id: str, asked: dict[str, Any]
) -> dict[str, Any]:
    note = notes.create(
        uow,
        user_id=caller.account.id,
        video_id=current().sites().of_id(video_id),
        timestamp=asked["timestamp"],
        text=asked["text"],
        video_title=asked["video_title"],
        allowance=caller.new_videos(),
    )
    shown: dict[str, Any] = _NOTE.dump(present_notes(uow.session, [note])[0])
    return shown


def _created(answer: dict[str, Any]) -> Response:
    response = jsonify(answer)
    response.status_code = 201
    return response


@blueprint.get("/notes/<id:note_id>", access=READERS)
@blueprint.response(200, NoteOut)
def get_note(caller: Caller, note_id: int) -> Response:
    """Return one of one's notes."""
    with read_transaction(caller) as session:
        note = notes.get(session, note_id, user_id=caller.account.id)
        return reply(_NOTE, present_notes(session, [note])[0])


@blueprint.patch("/notes/<id:note_id>", access=USERS)
@blueprint.arguments(NoteChangesIn())
@blueprint.response(200, NoteOut)
def change_note(caller: Caller, changes: dict[str, Any], note_id: int) -> Response:
    """Change a note; blank text waits for the AI again."""
    with write_transaction(caller) as uow:
        user_id = caller.account.id
        note = notes.update(uow, note_id, user_id=user_id, changes=changes)
        return reply(_NOTE, present_notes(uow.session, [note])[0])


@blueprint.delete("/notes/<id:note_id>", access=USERS)
@blueprint.response(200, MessageOut)
def delete_note(caller: Caller, note_id: int) -> dict[str, str]:
    """Delete a note."""
    with write_transaction(caller) as uow:
        notes.delete(uow, note_id, user_id=caller.account.id)
    return {"message": "The note was deleted."}
