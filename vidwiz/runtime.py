"""The parts of one process: built once, by one explicit function, and found on the Flask app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Flask, current_app

from vidwiz.db import engine
from vidwiz.db.transactions import single_statement, unit_of_work
from vidwiz.events import EventBus
from vidwiz.pipeline.flow import KINDS
from vidwiz.pipeline.import_requests import ListLook
from vidwiz.pipeline.shown_lists import rates
from vidwiz.plugin_api import LLMProvider, MetadataFetcher, Plugin, TranscriptFetcher
from vidwiz.plugin_host import choice
from vidwiz.plugin_host.sites import Sites
from vidwiz.queueing import connections
from vidwiz.queueing.messages import SignedJson
from vidwiz.queueing.notifications import RedisTaskQueue, Route
from vidwiz.queueing.pace import FetchPace
from vidwiz.services import prices
from vidwiz.store import make_store

if TYPE_CHECKING:
    from collections.abc import Iterable
    from contextlib import AbstractContextManager

    from vidwiz.config import Config
    from vidwiz.db.transactions import UnitOfWork
    from vidwiz.plugin_api import Fetcher
    from vidwiz.plugin_host.registry import Registry
    from vidwiz.ports import TaskQueue, TranscriptStore
    from vidwiz.services.importing.estimate import Rates


@dataclass(frozen=True, slots=True)
class Runtime:
    """What views, jobs and commands work with."""

    config: Config
    queue: TaskQueue
    store: TranscriptStore
    plugins: Registry
    events: EventBus
    pace: FetchPace

    def unit_of_work(self) -> AbstractContextManager[UnitOfWork]:
        """Open a writing transaction; see `vidwiz.db.transactions.unit_of_work`."""
        return unit_of_work(self)

    def single_statement(self) -> AbstractContextManager[UnitOfWork]:
        """Open a unit of work of one statement; see `vidwiz.db.transactions.single_statement`."""
        return single_statement(self)

    def metadata_fetchers(self) -> list[MetadataFetcher]:
        """Return the fetchers to ask, in order."""
        names = choice.orders(self.config)["metadata_fetchers"]
        return self.plugins.ready("metadata_fetchers", MetadataFetcher, names)

    def transcript_fetchers(self) -> list[TranscriptFetcher]:
        """Return the fetchers to ask, in order."""
        names = choice.orders(self.config)["transcript_fetchers"]
        return self.plugins.ready("transcript_fetchers", TranscriptFetcher, names)

    def sites(self) -> Sites:
        """Return who tells which video an address names, and what may become known."""
        return Sites(self.fetchers(), self.config.sites)

    def fetchers(self) -> list[Fetcher]:
        """Return the fetchers of both roles; one that plays both is there twice."""
        return [*self.metadata_fetchers(), *self.transcript_fetchers()]

    def preload_plugins(self, roles: Iterable[str]) -> None:
        """Have the plugins that are used in these roles import what they need."""
        orders = choice.orders(self.config)
        used = [
            plugin for role in roles for plugin in self.plugins.ready(role, Plugin, orders[role])
        ]
        self.plugins.preload(used)
        if any(plugin.info.paced for plugin in used):
            self.pace.preload()

    def list_look(self) -> ListLook:
        """Return what asks sites for playlists and channels while somebody waits."""
        return ListLook(self, self.sites(), self.config.network, self.pace)

    def rates(self) -> Rates:
        """Return at which pace imports fetch videos, and what reading them costs.

        A fetcher that is the first of both lists to ask a site is asked twice for each video.
        """
        lists = (self.metadata_fetchers(), self.transcript_fetchers())
        names = [next((each.info.name for each in one if each.info.paced), None) for one in lists]
        asked = [name for name in names if name is not None]
        calls = max((asked.count(name) for name in asked), default=0)
        return rates(self.config, self.pace.for_imports / calls if calls else 0)

    def llm_provider(self) -> LLMProvider | None:
        """Return who writes, or None when the default one is not installed."""
        names = choice.orders(self.config)["llm_providers"]
        return next(iter(self.plugins.ready("llm_providers", LLMProvider, names)), None)


def build_app(
    config: Config,
    *,
    queue: TaskQueue | None = None,
    store: TranscriptStore | None = None,
    plugins: Registry | None = None,
    flush_commits: bool = True,
) -> Flask:
    """Return a Flask app with database and runtime and without routes, for jobs and commands.

    Without `flush_commits` a power cut may take the last commits back; see
    `vidwiz.db.engine.init_app`.
    Raises `ConfigError` when a library or a plugin cannot work with the settings.
    """
    app = Flask("vidwiz")
    app.config["SQLALCHEMY_DATABASE_URI"] = config.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine.engine_options(config.database_url)
    SignedJson.use_key(config.secret_key)
    engine.init_app(app, flush_commits=flush_commits)
    connections.check_url(config.redis_url)
    prices.known(config.llm_prices)
    runtime = Runtime(
        config=config,
        queue=queue or RedisTaskQueue(config.redis_url, _routes()),
        store=store or make_store(config),
        plugins=plugins or choice.discover(config),
        events=EventBus(),
        pace=FetchPace(config.fetch_per_minute, config.network, config.redis_url),
    )
    choice.require(config, runtime.plugins)
    app.extensions["vidwiz"] = runtime
    return app


def _routes() -> dict[str, Route]:
    return {kind.name: Route(kind.queue, KINDS.job_timeout(kind.queue)) for kind in KINDS}


def current() -> Runtime:
    """Return the runtime of the app whose context is pushed."""
    return runtime_of(current_app)


def runtime_of(app: Flask) -> Runtime:
    """Return the parts that the app was built with."""
    runtime: Runtime = app.extensions["vidwiz"]
    return runtime
