"""No process imports what it does not use: that takes time at each start, and memory for good."""

import os
import subprocess
import sys

import pytest

# What each kind of process does until it is ready, and modules that only others need.
BUILD_WEB = "from vidwiz.app import create_app; create_app()"
BUILD_WORKER = (
    "import vidwiz.worker.pool, vidwiz.worker.rq_worker; from vidwiz.worker import entry;"
    " entry.preload({queues})"
)
ASK_FOR_SCHEMA = (
    "from vidwiz.app import create_app; print(create_app().test_client().get('/readyz').json)"
)
LLM_LIBRARIES = ("openai", "anthropic", "ollama", "httpx", "httpx2", "pydantic")
FETCHER_LIBRARIES = ("yt_dlp", "youtube_transcript_api", "pytube", "requests")
NEVER = ("boto3", "botocore", *LLM_LIBRARIES, *FETCHER_LIBRARIES)
WEB_ONLY = (
    *("vidwiz.api", "vidwiz.web", "vidwiz.http", "flask_smorest", "webargs", "jwt"),
    *("flask_limiter", "gunicorn"),
)
MIGRATIONS = ("alembic", "mako", "flask_migrate")
SERVER = ("flask", "sqlalchemy", "redis", "rq", "marshmallow_sqlalchemy")
USES_NOT = {
    "web": (BUILD_WEB, ("vidwiz.worker", "rq_dashboard", *MIGRATIONS, *NEVER)),
    "web that was asked whether it is ready": (ASK_FOR_SCHEMA, (*MIGRATIONS, *NEVER)),
    "worker of texts without a model": (
        BUILD_WORKER.format(queues=["summary", "note"]),
        (*WEB_ONLY, "limits", "rq_dashboard", *MIGRATIONS, *NEVER),
    ),
    # Those of the fetchers that are asked by default are imported before the fork.
    "worker that fetches": (
        BUILD_WORKER.format(queues=["metadata", "transcript"]),
        (*WEB_ONLY, "rq_dashboard", "pytube", *MIGRATIONS, *LLM_LIBRARIES),
    ),
    "supervisor": (
        "import vidwiz.cli.up.command",
        (*SERVER, *WEB_ONLY, "limits", *MIGRATIONS, *NEVER),
    ),
    "settings check": (
        "from vidwiz.cli.up import settings_check; settings_check.main()",
        (*SERVER, *WEB_ONLY, *MIGRATIONS, *NEVER),
    ),
    "preparation of a database that is ready": (
        "from vidwiz.cli import prepare; prepare.main()",
        (*WEB_ONLY, "vidwiz.worker", *MIGRATIONS, *NEVER),
    ),
}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """Return the environment of an installation on SQLite that has been prepared."""
    folder = tmp_path_factory.mktemp("imports")
    others = {name: value for name, value in os.environ.items() if "VIDWIZ" not in name}
    env = {**others, "VIDWIZ_DATA_DIR": str(folder)}
    subprocess.run([sys.executable, "-P", "-m", "vidwiz.cli.prepare"], check=True, env=env)
    return env


@pytest.mark.parametrize("process", list(USES_NOT))
def test_a_process_imports_only_what_it_uses(process, prepared, tmp_path):
    program, unused = USES_NOT[process]
    look = f"import sys; print('has', *(name for name in {unused!r} if name in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-P", "-c", f"{program}\n{look}"],
        check=False,
        cwd=tmp_path,
        env=prepared,
        capture_output=True,
        text=True,
    )
    assert done.stdout.splitlines()[-1:] == ["has"], done.stderr
