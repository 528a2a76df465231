"""`vidwiz usage` and `vidwiz redo`: what AI texts cost, and making them anew."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest

VIDEO = "breadrise01"
NOW = "2026-01-01 00:00:00"
PRICES = 'currency = "EUR"\n[openai."gpt-x"]\ninput = 2\noutput = 8\ncached = 1\n'


@pytest.fixture
def database(vidwiz, here):
    vidwiz("db", "upgrade")
    with closing(sqlite3.connect(here / "var" / "vidwiz.db")) as connection:
        yield connection


@pytest.fixture
def old_summary(database):
    """Have a summary of an hour's video that another provider made."""
    database.execute(
        "INSERT INTO videos (video_id, metadata, transcript_available, created_at, updated_at)"
        " VALUES (?, ?, 1, ?, ?)",
        (VIDEO, '{"duration": 3600}', NOW, NOW),
    )
    database.execute(
        "INSERT INTO transcripts (video_id, object_key, sha256, source, summary, summary_made_by,"
        " created_at, updated_at) VALUES (?, 'key', 'digest', 'library', 'Old.', ?, ?, ?)",
        (VIDEO, '{"provider": "openai"}', NOW, NOW),
    )
    database.commit()


def tasks(database):
    rows = "SELECT task_type, subject, priority, task_details FROM tasks"
    return database.execute(rows).fetchall()


def test_tokens_are_shown_by_day_with_what_they_cost(vidwiz, here, monkeypatch, database):
    assert vidwiz("usage").output.startswith("No tokens were used.")
    today = datetime.now(UTC).date().isoformat()
    row = "INSERT INTO daily_tokens VALUES (?, ?, 'openai', ?, 'note', 3, 1000000, 500000, 400000)"
    database.execute(row, (today, 0, "gpt-x"))
    database.execute(row, (today, 7, "gpt-y"))
    database.execute(row, ("2020-01-01", 7, "gpt-x"))
    database.commit()
    (here / "prices.toml").write_text(PRICES)
    monkeypatch.setenv("VIDWIZ_LLM_PRICES", str(here / "prices.toml"))
    monkeypatch.setenv("VIDWIZ_LLM_DAILY_TOKENS", "5000000")
    shown = vidwiz("usage")
    lines = shown.stdout.splitlines()
    (priced,) = [line for line in lines if "gpt-x" in line]
    (unpriced,) = [line for line in lines if "gpt-y" in line]
    assert "5.6000 EUR" in priced
    assert " all " in priced
    assert "EUR" not in unpriced
    assert "Today: 3,000,000 of 5,000,000 tokens." in shown.stderr
    assert "2020-01-01" in vidwiz("usage", "--days", "3660").output


def test_redo_says_what_it_will_take_and_then_asks_for_it_once(vidwiz, database, old_summary):
    tried = vidwiz("redo", "--made-by", "openai", "--dry-run")
    assert tried.exit_code == 0
    assert tried.output.startswith("1 summaries and 0 notes by extractive: about 16,")
    assert tasks(database) == []
    for _ in range(2):
        assert vidwiz("redo", "--made-by", "openai").exit_code == 0
        (task,) = tasks(database)
        assert task == ("generate_summary", "transcript:1", 20, '{"replaces": "openai"}')


def test_redo_of_a_provider_that_made_nothing_says_who_did(vidwiz, database, old_summary):
    done = vidwiz("redo", "--made-by", "opena")
    assert done.exit_code == 0
    assert done.output == (
        "There is no text by opena that may be made anew. Texts here are by openai.\n"
    )
    assert tasks(database) == []


def test_redo_of_what_the_present_provider_made_is_refused(vidwiz, database):
    refused = vidwiz("redo", "--made-by", "extractive")
    assert refused.exit_code == 2
    assert "set VIDWIZ_LLM_PROVIDER to another one" in refused.stderr


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("VIDWIZ_LLM_DAILY_TOKENS", "many", "VIDWIZ_LLM_DAILY_TOKENS is a number"),
        ("VIDWIZ_LLM_DAILY_TOKENS", "-1", "VIDWIZ_LLM_DAILY_TOKENS is a number"),
        ("VIDWIZ_LLM_DAILY_TOKENS", "9" * 5000, "VIDWIZ_LLM_DAILY_TOKENS is a number"),
        ("VIDWIZ_LLM_DAILY_TOKENS", "1e5", "VIDWIZ_LLM_DAILY_TOKENS is a number"),
        ("VIDWIZ_LLM_PRICES", "none.toml", "VIDWIZ_LLM_PRICES: none.toml: cannot be read"),
    ],
    ids=["a word", "negative", "endless", "a float", "no file"],
)
def test_settings_that_cannot_work_are_one_sentence(vidwiz, monkeypatch, setting, value, words):
    monkeypatch.setenv(setting, value)
    result = vidwiz("tasks", "list")
    assert result.exit_code == 2
    assert words in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
