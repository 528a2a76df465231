"""`vidwiz up`: everything on one machine, under one supervisor.

The supervisor itself uses neither Flask nor SQLAlchemy: it imports them for its forks.
"""

from __future__ import annotations

import logging
import os
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

from vidwiz import embedded_redis, file_locks
from vidwiz.cli import running_instance
from vidwiz.cli.read_settings import read_config
from vidwiz.cli.up import private_files, stack
from vidwiz.cli.up import sample as samples
from vidwiz.config import parse_slots
from vidwiz.errors import CannotStartError, ConfigError
from vidwiz.supervisor import Supervisor

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from vidwiz.config import Config
    from vidwiz.supervisor import Child

# What ends gracefully inside (requests, a task under way) is given this much longer outside.
_EXTRA_GRACE = 10.0
_REDIS_SECONDS = 15.0
_READY_SECONDS = 60.0
_CHECK_SECONDS = 0.03
_DEATHS_AT_START = 3
_LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port; else PORT, else 8000.")
@click.option("--workers", metavar="QUEUE=COUNT,...", help="Such as note=2; else VIDWIZ_WORKERS.")
@click.option("--sample", is_flag=True, help="Show what is made of a sample video.")
def up(host: str, port: int | None, workers: str | None, sample: bool) -> None:  # noqa: FBT001
    """Start everything: web server, workers and what they need.

    Redis is brought along unless VIDWIZ_REDIS_URL names one. Ctrl-C stops all of it.
    """
    if workers is not None:
        try:
            parse_slots(workers)
        except ConfigError as exc:
            raise click.BadParameter(exc.message, param_hint="--workers") from exc
        os.environ["VIDWIZ_WORKERS"] = workers
    config = read_config()
    if sys.stderr.isatty():
        # What starts and ends is told here; the lines of its parts would only hide it.
        os.environ.setdefault("LOG_LEVEL", "warning")
    logging.basicConfig(format="vidwiz up: %(message)s", level=logging.WARNING)
    lock = _lock(config)
    _close_to_others(config.data_dir)
    listener = stack.listen(host, config.port if port is None else port)
    try:
        code = _Stack(config, host, listener, lock).run(sample=sample)
    finally:
        listener.close()
    sys.exit(code)


def _lock(config: Config) -> int:
    lock = file_locks.take(running_instance.lock_file(config))
    if lock is None:
        raise CannotStartError(
            f"`vidwiz up` runs already on {config.data_dir} ({running_instance.describe(config)})"
        )
    os.truncate(lock, 0)
    return lock


def _close_to_others(data_dir: Path) -> None:
    closed = private_files.close_to_others(data_dir)
    if closed:
        names = ", ".join(path.name if path != data_dir else "the folder itself" for path in closed)
        click.echo(f"Closed to other users now, in {data_dir}: {names}.", err=True)


class _Stack:
    """One run of the whole system."""

    def __init__(self, config: Config, host: str, listener: socket.socket, lock: int) -> None:
        self._config = config
        self._host = host
        self._listener = listener
        self._parts = stack.Parts(listener, lock=lock)
        shown = f"[{host}]" if ":" in host else host
        self._url = f"http://{shown}:{listener.getsockname()[1]}"
        self._console = Console(highlight=False)
        self._supervisor = Supervisor(grace_seconds=config.grace_seconds + _EXTRA_GRACE)
        os.write(lock, f"process {os.getpid()}, {self._url}\n".encode())

    def run(self, *, sample: bool) -> int:
        """Start all, look after it until a stop is asked for, and return the exit code."""
        started = time.monotonic()
        try:
            failed = self._start()
            if failed or self._supervisor.stopping:
                return failed
            self._show_ready(time.monotonic() - started)
            if sample:
                self._show_sample()
            self._supervisor.run()
        finally:
            self._listener.close()  # so that nobody waits for an answer that cannot come
            self._supervisor.stop()
        self._console.print("VidWiz has stopped. Everything is kept in", self._config.data_dir)
        return 0

    def _start(self) -> int:
        """Start in an order that is safe, in parallel where that is; return an exit code."""
        config, supervisor = self._config, self._supervisor
        redis = stack.redis(config.data_dir) if config.embedded_redis else None
        if redis is not None:
            supervisor.add(redis)
        settings = self._parts.settings_check()
        supervisor.add(settings)
        # Meanwhile, as all that follow need it.
        stack.preload()
        failed = self._wait_for_end(settings)
        if failed:
            return failed
        # Imports meanwhile; before the first request it does not touch the database.
        web, preparation = self._parts.web(), self._parts.preparation()
        supervisor.add(preparation)
        supervisor.add(web)
        failed = self._wait_for_end(preparation)
        if failed:
            return failed
        if redis is not None:
            self._until(lambda: embedded_redis.answers(config.data_dir), _REDIS_SECONDS, redis)
        workers = self._parts.workers()
        supervisor.add(workers)
        self._until(lambda: stack.is_ready(self._listener), _READY_SECONDS, web, workers)
        return 0

    def _wait_for_end(self, child: Child) -> int:
        """Return its exit code, 0 also when a stop was asked for; when it fails it says why."""
        self._until(lambda: child.exit_code is not None, float("inf"), child)
        if self._supervisor.stopping or not child.exit_code:
            return 0
        return max(child.exit_code, 1)  # negative where a signal ended it

    def _until(self, condition: Callable[[], bool], seconds: float, *needed: Child) -> None:
        """Wait for it; raise `CannotStartError` when it takes too long or what is needed dies."""
        end = time.monotonic() + seconds
        while not self._supervisor.stopping and not condition():
            self._supervisor.wait(_CHECK_SECONDS)
            for child in needed:
                if child.deaths >= _DEATHS_AT_START:
                    raise CannotStartError(f"{child.name} does not start; why is said above")
            if time.monotonic() > end:
                names = " and ".join(child.name for child in needed)
                raise CannotStartError(f"{names} did not become ready within {seconds:.0f} seconds")

    def _show_ready(self, seconds: float) -> None:
        show = self._console.print
        show()
        show(f"[bold green]VidWiz is ready:[/] [bold]{self._url}[/]  [dim]({seconds:.1f} s)[/]")
        show(f"  data        {self._config.data_dir}", soft_wrap=True)
        show(f"  your token  {self._config.data_dir / 'owner.token'}", soft_wrap=True)
        example = "https://www.youtube.com/watch?v=VIDEO"
        show(f'  your videos [dim]{_command()} ingest "{example}" --note 1:05[/]', soft_wrap=True)
        show("  to stop     Ctrl-C")
        if self._host not in _LOCAL_HOSTS and self._config.registration_open:
            show(
                "[yellow]Anybody who reaches this address can register[/]; "
                "VIDWIZ_REGISTRATION=closed prevents that."
            )
        show()

    def _show_sample(self) -> None:
        if samples.copy_to_library(self._config):
            child = self._parts.sample(samples.VIDEO_ID, samples.MARK)
            self._supervisor.add(child)
            return
        self._console.print(
            f"The sample stays away: the library folder {self._config.library_dir} is your own."
        )


def _command() -> str:
    """Return how the user calls us: by name, or by a path where that is not enough."""
    if shutil.which("vidwiz"):
        return "vidwiz"
    path = Path(sys.argv[0]).absolute()
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
