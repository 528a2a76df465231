"""What has to be there before anything works: the schema and the owner.

`vidwiz up` runs this as a child, so that the supervisor itself stays small.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from vidwiz import file_locks
from vidwiz.cli import owner
from vidwiz.cli.lazy import exit_code, fail
from vidwiz.cli.opening import build, first_line, in_context, is_migrated
from vidwiz.cli.read_settings import read_config
from vidwiz.errors import VidwizError
from vidwiz.processes import keep_files_private

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from flask import Flask

    from vidwiz.runtime import Runtime


def prepare(app: Flask) -> None:
    """Apply missing migrations and make the owner; processes of one machine take turns."""
    with in_context(app) as runtime, one_at_a_time(runtime):
        if not is_migrated(app):
            # Imports Alembic, and the start waits for this.
            from vidwiz.db import schema_upgrade  # noqa: PLC0415

            schema_upgrade.upgrade(app)
        owner.ensure(runtime)


def one_at_a_time(runtime: Runtime) -> AbstractContextManager[None]:
    """Have the processes of one data dir take turns."""
    return file_locks.held(runtime.config.data_dir / "prepare.lock")


def main() -> None:
    """Prepare, or say in one sentence why that failed."""
    keep_files_private()
    try:
        prepare(build(read_config()))
    except VidwizError as exc:
        fail(exc.message, exit_code(exc))
    except SQLAlchemyError as exc:
        fail(f"the database refuses: {first_line(exc)}")


if __name__ == "__main__":
    main()
