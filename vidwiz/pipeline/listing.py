"""Playlists and channels: asking a site what is in one, and adding an import's videos."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from vidwiz.errors import SourceUnavailableError
from vidwiz.models import Follow, ImportState, Priority, VideoImport
from vidwiz.pipeline.work import ListedVideos, ListInputs, ListResult
from vidwiz.plugin_api import PluginError
from vidwiz.services.cleaning import clean_line
from vidwiz.services.importing import adding, follows, imports, naming
from vidwiz.services.importing.adding import NextStep
from vidwiz.tasks import subjects

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from vidwiz.pipeline.kinds import InputReader
    from vidwiz.pipeline.providers import Providers
    from vidwiz.plugin_host.chain import Chain
    from vidwiz.plugin_host.sites import Sites
    from vidwiz.ports import UnitOfWork
    from vidwiz.tasks.types import Claim, WorkItem

_OVER = (ImportState.COMPLETED, ImportState.FAILED, ImportState.RUNNING)
_LONGEST_TITLE = 500
_LONGEST_LIST_KEY = 200


def needs_work(session: Session, item: WorkItem) -> bool:
    """Say whether the import still has something to do, or the follow is there."""
    number = subjects.list_id(item)
    if item.subject.startswith(subjects.FOLLOW_PREFIX):
        return session.get(Follow, number) is not None
    found = session.get(VideoImport, number)
    return found is not None and found.finished_at is None


def inputs(reader: InputReader, claim: Claim) -> ListInputs | None:
    """Return what to ask a site; None where import or follow are gone or over."""
    number = subjects.list_id(claim)
    with reader.read_transaction() as session:
        if claim.subject.startswith(subjects.FOLLOW_PREFIX):
            return _inputs_of_follow(session, number)
        found = session.get(VideoImport, number)
        if found is None or found.state in _OVER:
            return None
        url = found.url if found.state == ImportState.LISTING else None
        return ListInputs(url, urgent=claim.priority == Priority.PERSON)


def _inputs_of_follow(session: Session, follow_id: int) -> ListInputs | None:
    follow = session.get(Follow, follow_id)
    if follow is None:
        return None
    if follow.last_check_at is None:
        # All of it, so that no video that is old already counts as new later.
        return ListInputs(follow.url)
    return ListInputs(follow.url, follows.NEWEST, follows.seen_in(session, follow_id))


def expand(asked: ListInputs, providers: Providers) -> ListResult:
    """Ask the fetchers that know the list, if there is something to ask; raise `PluginError`."""
    if asked.url is None:
        return ListResult(None, providers.user_daily_videos)
    ask = partial(look, providers.chain, providers.sites, asked.url, urgent=asked.urgent)
    found = ask(asked.newest)
    videos = found.named.videos
    is_gap = videos and not any(video.video_id in asked.seen for video in videos)
    if asked.newest is not None and is_gap:
        # More came than were asked for, so that there may be others between.
        found = ask()
    return ListResult(found, providers.user_daily_videos)


def look(
    chain: Chain, sites: Sites, url: str, newest: int | None = None, *, urgent: bool = True
) -> ListedVideos:
    """Ask for the videos of a playlist or channel; raise `PluginError`."""
    try:
        fetchers = sites.list_fetchers(url)
    except SourceUnavailableError as exc:
        # A busy machine, and no reason to give a list up.
        raise PluginError("timed_out") from exc
    found = chain.expand(fetchers, url, newest, urgent=urgent)
    title = clean_line(found.title)[:_LONGEST_TITLE] if found.title else ""
    named = naming.of_listed(found.videos, sites.of_ref)
    return ListedVideos(named, found.key[:_LONGEST_LIST_KEY], title or None)


def write(uow: UnitOfWork, item: WorkItem, result: ListResult) -> NextStep | None:
    """Write what was listed, or add the next videos; return what is still to be done."""
    number = subjects.list_id(item)
    if item.subject.startswith(subjects.FOLLOW_PREFIX):
        _write_check(uow, number, result)
        return None
    found = imports.lock(uow, number)
    if found is None:
        return None
    if found.state == ImportState.CANCELLED:
        more = adding.cancel_some(uow, found)
        return NextStep(subjects.next_of_import(number)) if more else None
    if found.state == ImportState.ADDING:
        return adding.add_some(uow, found, daily_videos=result.daily_videos)
    if result.found is None:
        return None
    return adding.take_list(uow, found, result.found.named, result.found.title)


def _write_check(uow: UnitOfWork, follow_id: int, result: ListResult) -> None:
    follow = follows.lock(uow, follow_id)
    if follow is not None and result.found is not None:
        listed = result.found
        follows.take_check(uow, follow, listed.named, key=listed.key, title=listed.title)


def schedule_next(uow: UnitOfWork, step: NextStep, _priority: int) -> None:
    """Schedule what is still to be done, below what people wait for."""
    adding.schedule(uow, step)
