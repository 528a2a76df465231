"""Imports of many videos at once: a playlist, a channel, a list or a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vidwiz.api.blueprints import Blueprint
from vidwiz.api.schemas.common import page_numbers
from vidwiz.api.schemas.video_lists import ImportIn, ImportOut, ImportsOut, ListPageIn
from vidwiz.http.auth import READERS, USERS
from vidwiz.http.bodies import takes_transcripts
from vidwiz.http.replies import reply
from vidwiz.http.transactions import read_transaction, write_transaction
from vidwiz.pipeline import import_requests
from vidwiz.pipeline.shown_lists import present_import, present_imports, present_plan
from vidwiz.runtime import current
from vidwiz.services.importing import adding, imports

if TYPE_CHECKING:
    from flask import Response

    from vidwiz.http.callers import Caller
    from vidwiz.pipeline.import_requests import ImportRequest

blueprint = Blueprint("imports", __name__, description="Importing many videos at once")
_IMPORT = ImportOut()
_IMPORTS = ImportsOut()
# What is cancelled while the request waits; the rest is a task's.
_CANCELLED_AT_ONCE = 10


@blueprint.post("/imports", access=USERS)
@takes_transcripts
@blueprint.arguments(ImportIn())
@blueprint.response(202, ImportOut)
@blueprint.alt_response(200, schema=ImportOut, description="A dry run", success=True)
def create_import(caller: Caller, asked: dict[str, Any]) -> Response:
    """Import videos; an import of the same that has not finished is returned as it is."""
    # Before anything is read or asked for: who is not signed in costs nothing.
    with read_transaction(caller):
        pass
    request = _request(asked)
    rates = current().rates()
    if asked["dry_run"]:
        request = current().list_look().at(request)
        with read_transaction(caller) as session:
            return reply(_IMPORT, present_plan(session, caller.account.id, request, rates))
    with write_transaction(caller) as uow:
        user_id = caller.account.id
        import_id, _ = imports.create(uow, user_id, request.source())
        found = imports.get(uow.session, import_id, user_id=user_id)
        return reply(_IMPORT, present_import(uow.session, found, rates), status=202)


def _request(asked: dict[str, Any]) -> ImportRequest:
    sites = current().sites()
    if "url" in asked:
        return import_requests.of_url(sites, asked["url"])
    if "urls" in asked:
        return import_requests.of_urls(sites, asked["urls"])
    return import_requests.of_file(sites, asked["file"])


@blueprint.get("/imports", access=READERS)
@blueprint.arguments(ListPageIn(), location="query")
@blueprint.response(200, ImportsOut)
def list_imports(caller: Caller, asked: dict[str, Any]) -> Response:
    """List one's imports, the newest first."""
    with read_transaction(caller) as session:
        page, size = asked["page"], asked["per_page"]
        found, total = imports.page(session, caller.account.id, number=page, size=size)
        shown = present_imports(session, found, current().rates())
        numbers = page_numbers(total=total, page=page, per_page=size)
        return reply(_IMPORTS, {"imports": shown, **numbers})


@blueprint.get("/imports/<id:import_id>", access=READERS)
@blueprint.response(200, ImportOut)
def get_import(caller: Caller, import_id: int) -> Response:
    """Return how far an import is."""
    with read_transaction(caller) as session:
        found = imports.get(session, import_id, user_id=caller.account.id)
        return reply(_IMPORT, present_import(session, found, current().rates()))


@blueprint.delete("/imports/<id:import_id>", access=USERS)
@blueprint.response(200, ImportOut)
def cancel_import(caller: Caller, import_id: int) -> Response:
    """Cancel what has not begun; what is being fetched or is there stays."""
    with write_transaction(caller) as uow:
        adding.cancel(uow, import_id, user_id=caller.account.id)
    for _ in range(_CANCELLED_AT_ONCE):
        with write_transaction(caller) as uow:
            found = imports.lock(uow, import_id)
            if found is None or not adding.cancel_some(uow, found):
                break
    with read_transaction(caller) as session:
        found = imports.get(session, import_id, user_id=caller.account.id)
        return reply(_IMPORT, present_import(session, found, current().rates()))
