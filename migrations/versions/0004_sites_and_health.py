"""Videos of other sites: longer ids and addresses; and how fetchers do on each network."""

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Those whose ids others keep.
NUMBERED = ("transcripts", "notes", "conversations", "tasks")
BLOCKED = sa.text("status = 'pending' AND blocked_network IS NOT NULL")
OPEN = sa.text("open_until IS NOT NULL")
MOMENTS = ("counted_since", "last_success_at", "last_failure_at")


def upgrade() -> None:
    _resize(video_id=(64, 128), subject=(80, 160))
    op.add_column("videos", sa.Column("url", sa.Text(), nullable=True))
    op.add_column("tasks", sa.Column("blocked_network", sa.String(64), nullable=True))
    op.create_index(
        "ix_tasks_blocked",
        "tasks",
        ["task_type", "blocked_network", "priority", "run_at", "id"],
        sqlite_where=BLOCKED,
        postgresql_where=BLOCKED,
    )
    for name in ("successes", "failures"):
        op.add_column(
            "fetcher_states", sa.Column(name, sa.Integer(), nullable=False, server_default="0")
        )
    for name in MOMENTS:
        op.add_column("fetcher_states", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column("fetcher_states", sa.Column("last_failure_code", sa.String(64), nullable=True))
    op.add_column(
        "fetcher_states",
        sa.Column("probing", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_index(
        "ix_fetcher_states_open",
        "fetcher_states",
        ["network"],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )


def _resize(video_id: tuple[int, int], subject: tuple[int, int]) -> None:
    """Give the columns another length; SQLite copies the tables for that."""
    numbers = _last_numbers()
    for table in ("videos", "library", *NUMBERED):
        options = {"sqlite_autoincrement": table in NUMBERED}
        with op.batch_alter_table(table, table_kwargs=options) as batch:
            _alter(batch, "video_id", *video_id)
            if table == "tasks":
                _alter(batch, "subject", *subject)
    for table, number in numbers.items():
        # The id of a row that was deleted must not be given again; a copy knows only what is there.
        op.execute(
            sa.text("UPDATE sqlite_sequence SET seq = :number WHERE name = :name").bindparams(
                number=number, name=table
            )
        )


def _last_numbers() -> dict[str, int]:
    """Return the last id that SQLite has given in each table that never gives one twice."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return {}
    rows = connection.execute(sa.text("SELECT name, seq FROM sqlite_sequence"))
    return {name: number for name, number in rows if name in NUMBERED}


def _alter(batch: BatchOperations, column: str, old: int, new: int) -> None:
    batch.alter_column(
        column, existing_type=sa.String(old), type_=sa.String(new), existing_nullable=False
    )


def downgrade() -> None:
    # What the older version cannot name goes, with all that belongs to it.
    for table in (*NUMBERED, "library", "videos"):
        op.execute(f"DELETE FROM {table} WHERE length(video_id) > 64")  # noqa: S608 - our own names
    op.drop_index("ix_fetcher_states_open", table_name="fetcher_states")
    # There, a breaker that is closed has no row.
    op.execute("DELETE FROM fetcher_states WHERE open_until IS NULL")
    for name in ("probing", "last_failure_code", *reversed(MOMENTS), "failures", "successes"):
        op.drop_column("fetcher_states", name)
    op.drop_index("ix_tasks_blocked", table_name="tasks")
    op.drop_column("tasks", "blocked_network")
    _resize(video_id=(128, 64), subject=(160, 80))
    op.drop_column("videos", "url")
