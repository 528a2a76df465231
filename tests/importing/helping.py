"""What tests of imports share: a playlist's videos, and ways to begin, sweep and look."""

import sqlalchemy as sa

from tests.support import work_here, writing
from vidwiz.db.transactions import read_transaction
from vidwiz.models import Follow, ImportItem, LibraryEntry, VideoImport, now_plus
from vidwiz.pipeline.flow import KINDS
from vidwiz.runtime import current
from vidwiz.services.importing import adding, imports, progress
from vidwiz.services.importing.imports import ImportSource
from vidwiz.worker.sweeper import sweep

PLAYLIST = "https://www.youtube.com/playlist?list=PLbread"
CHANNEL = "https://www.youtube.com/@bakery"
LISTS = ("expand_list",)
# Lists first, as the others follow from them.
ALL = (*LISTS, *(name for name in KINDS.names if name not in LISTS))


def ids(count):
    return [f"bread{number:06d}" for number in range(count)]


def begin(user, source=None):
    with writing() as uow:
        import_id, _ = imports.create(uow, user.id, source or ImportSource.of_list(PLAYLIST))
    return import_id


def work(app, types=ALL):
    work_here(app, types)


def sweep_now():
    """Sweep as if the last sweep were long ago."""
    with writing() as uow:
        uow.session.execute(sa.text("DELETE FROM periodic_runs WHERE name = 'sweep'"))
    assert sweep(current())


def look(import_id):
    """Return the import and its progress as they are now."""
    with read_transaction() as session:
        found = session.get(VideoImport, import_id)
        return found, progress.of_imports(session, [found])[import_id]


def cancel(import_id, user):
    """Cancel the import to the end, as a view does and then a task."""
    with writing() as uow:
        adding.cancel(uow, import_id, user_id=user.id)
    cancelled = 1
    while cancelled:
        with writing() as uow:
            cancelled = adding.cancel_some(uow, imports.lock(uow, import_id))


def library(user):
    with read_transaction() as session:
        wanted = sa.select(LibraryEntry.video_id).where(LibraryEntry.user_id == user.id)
        return sorted(session.scalars(wanted))


def item_states(import_id):
    with read_transaction() as session:
        wanted = sa.select(ImportItem.video_id, ImportItem.state).where(
            ImportItem.import_id == import_id
        )
        return dict(session.execute(wanted).all())


def all_imports():
    with read_transaction() as session:
        return list(session.scalars(sa.select(VideoImport).order_by(VideoImport.id)))


def follow_row(follow_id):
    with read_transaction() as session:
        return session.get(Follow, follow_id)


def make_check_due(follow_id):
    with writing() as uow:
        uow.session.execute(
            sa.update(Follow).where(Follow.id == follow_id).values(next_check_at=now_plus(-1))
        )
