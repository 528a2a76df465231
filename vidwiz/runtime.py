"""The parts of one process: built once, by one explicit function, and found on the Flask app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Flask, current_app

from vidwiz import db
from vidwiz.errors import ConfigError
from vidwiz.plugin_api import LLMProvider, MetadataFetcher, TranscriptFetcher
from vidwiz.plugin_host.registry import Registry
from vidwiz.queueing.messages import SignedJson
from vidwiz.queueing.pokes import RedisTaskQueue
from vidwiz.store import make_store

if TYPE_CHECKING:
    from vidwiz.config import Config
    from vidwiz.ports import TaskQueue, TranscriptStore

DEFAULT_METADATA_FETCHERS = ("library", "yt-dlp", "oembed")
DEFAULT_TRANSCRIPT_FETCHERS = ("library", "youtube-transcript-api", "yt-dlp")
DEFAULT_LLM_PROVIDER = "extractive"


@dataclass(frozen=True, slots=True)
class Runtime:
    """What views, jobs and commands work with."""

    config: Config
    queue: TaskQueue
    store: TranscriptStore
    plugins: Registry

    def metadata_fetchers(self) -> list[MetadataFetcher]:
        """Return the fetchers to ask, in order."""
        names = self.config.metadata_fetchers
        return self.plugins.ready(
            "metadata_fetchers",
            MetadataFetcher,
            DEFAULT_METADATA_FETCHERS if names is None else names,
        )

    def transcript_fetchers(self) -> list[TranscriptFetcher]:
        """Return the fetchers to ask, in order."""
        names = self.config.transcript_fetchers
        return self.plugins.ready(
            "transcript_fetchers",
            TranscriptFetcher,
            DEFAULT_TRANSCRIPT_FETCHERS if names is None else names,
        )

    def llm_provider(self) -> LLMProvider | None:
        """Return who writes, or None when the default one is not installed."""
        name = self.config.llm_provider or DEFAULT_LLM_PROVIDER
        return next(iter(self.plugins.ready("llm_providers", LLMProvider, [name])), None)


def build_app(
    config: Config,
    *,
    queue: TaskQueue | None = None,
    store: TranscriptStore | None = None,
    plugins: Registry | None = None,
) -> Flask:
    """Return a Flask app with database and runtime and without routes, for jobs and commands.

    Raises `ConfigError` when a plugin that the settings name cannot work.
    """
    app = Flask("vidwiz")
    app.config["SQLALCHEMY_DATABASE_URI"] = config.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = db.engine_options(config.database_url)
    SignedJson.use_key(config.secret_key)
    db.init_app(app)
    runtime = Runtime(
        config=config,
        queue=queue or RedisTaskQueue(config.redis_url),
        store=store or make_store(config),
        plugins=plugins or discover_plugins(config),
    )
    _require_what_is_named(runtime)
    app.extensions["vidwiz"] = runtime
    return app


def discover_plugins(config: Config) -> Registry:
    """Load the installed plugins with their settings."""
    defaults = {"library": {"FOLDER": str(config.library_dir)}}
    return Registry.discover(config.plugin_settings, defaults)


def _require_what_is_named(runtime: Runtime) -> None:
    config, plugins = runtime.config, runtime.plugins
    if plugins.stray_settings:
        raise ConfigError(f"{plugins.stray_settings[0]} belongs to no installed plugin")
    for setting, role, names in (
        ("VIDWIZ_METADATA_FETCHERS", "metadata_fetchers", config.metadata_fetchers),
        ("VIDWIZ_TRANSCRIPT_FETCHERS", "transcript_fetchers", config.transcript_fetchers),
        ("VIDWIZ_LLM_PROVIDER", "llm_providers", config.llm_provider and (config.llm_provider,)),
    ):
        plugins.require(setting, role, names or ())


def current() -> Runtime:
    """Return the runtime of the app whose context is pushed."""
    return runtime_of(current_app)


def runtime_of(app: Flask) -> Runtime:
    """Return the parts that the app was built with."""
    runtime: Runtime = app.extensions["vidwiz"]
    return runtime
