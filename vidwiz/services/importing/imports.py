"""Imports: making one, finding it, and the videos that it consists of."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, TypeVar, cast

import sqlalchemy as sa

from vidwiz.errors import ConflictError, NotFoundError
from vidwiz.models import (
    ImportItem,
    ImportKind,
    ImportState,
    ItemState,
    LibraryEntry,
    Note,
    Priority,
    Video,
    VideoImport,
)
from vidwiz.models.upsert import insert_ignoring
from vidwiz.services import users
from vidwiz.services.importing import settling
from vidwiz.services.importing.entries import ImportedVideo, Unreadable
from vidwiz.services.importing.estimate import Workload
from vidwiz.tasks import scheduling, subjects

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy.orm import Session

    from vidwiz.ports import UnitOfWork
    from vidwiz.services.importing.naming import Named

T = TypeVar("T")
_ITEMS = cast("sa.Table", ImportItem.__table__)
MOST_UNFINISHED = 50
"""Imports of one user at a time; each may have 50,000 videos."""
# Below what either database takes in one statement.
_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSource:
    """What is to be imported; `videos` is None where the site is still to be asked."""

    kind: ImportKind
    key: str
    url: str | None = None
    title: str | None = None
    videos: Sequence[ImportedVideo] | None = None
    unreadable: Unreadable = field(default_factory=Unreadable)

    @classmethod
    def of_list(
        cls, url: str, named: Named | None = None, title: str | None = None
    ) -> ImportSource:
        """Return a playlist or channel, with its videos if they are known."""
        return cls(
            kind=ImportKind.LIST,
            key=key_of_url(url),
            url=url,
            title=title,
            videos=None if named is None else named.videos,
            unreadable=Unreadable() if named is None else named.unreadable,
        )

    @classmethod
    def of_videos(
        cls, named: Named, *, kind: ImportKind = ImportKind.URLS, title: str | None = None
    ) -> ImportSource:
        """Return the videos that a request or a file named."""
        ids = "\n".join(sorted(video.video_id for video in named.videos))
        return cls(
            kind=kind,
            key=f"videos:{sha256(ids.encode()).hexdigest()}",
            title=title,
            videos=named.videos,
            unreadable=named.unreadable,
        )


def key_of_url(url: str) -> str:
    """Return how a list is known by its address, at most 300 characters."""
    key = f"url:{url}"
    return key if len(key) <= 200 else f"url:{sha256(url.encode()).hexdigest()}"  # noqa: PLR2004


def create(uow: UnitOfWork, user_id: int, source: ImportSource) -> tuple[int, bool]:
    """Begin an import, or find the unfinished one of the same; return its id and whether it is new.

    A database decides, so that the same import is not begun twice at the same moment. Raises
    `ConflictError` where too many have not finished; those that follows make are not counted.
    """
    if source.kind is not ImportKind.FOLLOW:
        users.lock(uow, user_id)
        _check_room(uow.session, user_id, source.key)
    values = {
        "user_id": user_id,
        "kind": source.kind.value,
        "source_key": source.key,
        "url": source.url,
        "title": source.title,
        "state": (ImportState.LISTING if source.videos is None else ImportState.ADDING).value,
        "unreadable": source.unreadable.shown,
        "unreadable_count": source.unreadable.count,
    }
    new = insert_ignoring(uow.session, VideoImport).values(values).returning(VideoImport.id)
    # A second round is needed only where the other import finishes between the two statements.
    while True:
        inserted = uow.session.scalar(new)
        if inserted is not None:
            break
        unfinished = find_unfinished(uow, user_id, source.key)
        if unfinished is not None:
            return unfinished, False
    add_items(uow, inserted, user_id, source.videos or ())
    priority = Priority.IMPORT if source.kind is ImportKind.FOLLOW else Priority.PERSON
    scheduling.schedule(uow, subjects.next_of_import(inserted), priority=priority)
    return inserted, True


def _check_room(session: Session, user_id: int, key: str) -> None:
    others = sa.select(sa.func.count()).where(
        VideoImport.user_id == user_id,
        VideoImport.finished_at.is_(None),
        VideoImport.kind != ImportKind.FOLLOW.value,
        VideoImport.source_key != key,
    )
    if (session.scalar(others) or 0) >= MOST_UNFINISHED:
        raise ConflictError(
            f"{MOST_UNFINISHED} of your imports have not finished; wait or cancel some",
            code="too_many_imports",
        )


def find_unfinished(uow: UnitOfWork, user_id: int, key: str) -> int | None:
    """Return the user's import of the same that has not finished, if there is one.

    One that has only not been noted as finished is noted so here.
    """
    import_id = uow.session.scalar(
        sa.select(VideoImport.id).where(
            VideoImport.user_id == user_id,
            VideoImport.source_key == key,
            VideoImport.finished_at.is_(None),
        )
    )
    found = None if import_id is None else lock(uow, import_id)
    if found is None:
        return None
    settling.settle(uow, found)
    return import_id if found.finished_at is None else None


def add_items(
    uow: UnitOfWork, import_id: int, user_id: int, videos: Sequence[ImportedVideo]
) -> None:
    """Note which videos the import has, and which of them the user has had before."""
    for some in _slices(videos):
        # Past the session, which takes thrice as long: nobody else writes into SQLite meanwhile.
        uow.connection.execute(
            sa.insert(_ITEMS),
            [
                {
                    "import_id": import_id,
                    "video_id": video.video_id,
                    "url": video.url,
                    "title": video.title,
                    "duration": video.duration,
                    "state": ItemState.NEW.value,
                    "saved": False,
                }
                for video in some
            ],
        )
    uow.session.execute(
        sa.update(ImportItem)
        .where(ImportItem.import_id == import_id, ImportItem.video_id.in_(_had_by(user_id)))
        .values(state=ItemState.KNOWN.value)
        .execution_options(synchronize_session=False)
    )


def _had_by(user_id: int) -> sa.CompoundSelect[str]:
    """Select what the user saved or noted."""
    return sa.union(
        sa.select(LibraryEntry.video_id).where(LibraryEntry.user_id == user_id),
        sa.select(Note.video_id).where(Note.user_id == user_id),
    )


def get(session: Session, import_id: int, *, user_id: int) -> VideoImport:
    """Return one of the user's imports; raise `NotFoundError`."""
    found = session.get(VideoImport, import_id)
    if found is None or found.user_id != user_id:
        raise NotFoundError(f"you have no import {import_id}", code="import_not_found")
    return found


def page(
    session: Session, user_id: int, *, number: int, size: int
) -> tuple[list[VideoImport], int]:
    """Return a page of the user's imports, the newest first, and how many there are."""
    mine = VideoImport.user_id == user_id
    total = session.scalar(sa.select(sa.func.count()).select_from(VideoImport).where(mine)) or 0
    found = session.scalars(
        sa.select(VideoImport)
        .where(mine)
        .order_by(VideoImport.id.desc())
        .limit(size)
        .offset((number - 1) * size)
    )
    return list(found), total


def lock(uow: UnitOfWork, import_id: int) -> VideoImport | None:
    """Lock the import and return it as it is now; None when it is gone.

    Whatever changes an import or its items locks it first, and only then videos and tasks.
    """
    return uow.session.scalar(
        sa.select(VideoImport)
        .where(VideoImport.id == import_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


@dataclass(frozen=True, slots=True)
class Forecast:
    """What an import of these videos would find and do."""

    total: int
    known: int
    new: int
    to_fetch: Workload
    """Of the new ones those of which the transcript is not here yet."""


def forecast(session: Session, user_id: int, videos: Sequence[ImportedVideo]) -> Forecast:
    """Return what an import of these videos would do; changes nothing."""
    ids = [video.video_id for video in videos]
    had = _among(session, ids, _had_by(user_id).subquery().c.video_id)
    there = _among(session, ids, Video.video_id, Video.transcript_available.is_(True))
    lacking = [video.duration for video in videos if video.video_id not in had | there]
    return Forecast(len(ids), len(had), len(ids) - len(had), Workload.of(lacking))


def _among(
    session: Session,
    ids: Sequence[str],
    column: sa.ColumnElement[str] | sa.orm.InstrumentedAttribute[str],
    *more: sa.ColumnElement[bool],
) -> set[str]:
    found: set[str] = set()
    for some in _slices(ids):
        found.update(session.scalars(sa.select(column).where(column.in_(some), *more)))
    return found


def _slices(values: Sequence[T]) -> Iterator[Sequence[T]]:
    for begin in range(0, len(values), _AT_ONCE):
        yield values[begin : begin + _AT_ONCE]
