"""Plain names, waits by code, versions of published copies, and indexes for the sweeper."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
UNPUBLISHED = sa.text("owner_id IS NULL AND published_at IS NULL")
WAITING = sa.text("text IS NULL")
ENDED = sa.text("completed_at IS NOT NULL")

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.rename_table("turns", "periodic_runs")
    op.alter_column("periodic_runs", "duty", new_column_name="name")
    op.alter_column("periodic_runs", "taken_at", new_column_name="started_at")
    op.add_column(
        "periodic_runs", sa.Column("cursor", sa.Integer(), nullable=False, server_default="0")
    )
    op.rename_table("stored_answers", "idempotency_keys")
    op.alter_column("tasks", "alone", new_column_name="isolated")
    op.add_column("tasks", sa.Column("waits_by_code", JSON, nullable=True))
    _index("ix_tasks_ended", "tasks", ["completed_at", "id"], ENDED)
    op.add_column(
        "transcripts",
        sa.Column("publish_failures", sa.Integer(), nullable=False, server_default="0"),
    )
    op.add_column(
        "transcripts",
        sa.Column(
            "publish_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default="1970-01-01 00:00:00",
        ),
    )
    op.drop_index("ix_transcripts_unpublished", table_name="transcripts")
    _index("ix_transcripts_to_publish", "transcripts", ["publish_at", "id"], UNPUBLISHED)
    _index("ix_notes_waiting_by_id", "notes", ["id"], WAITING)


def _index(name: str, table: str, columns: list[str], rows: sa.TextClause) -> None:
    op.create_index(name, table, columns, sqlite_where=rows, postgresql_where=rows)


def downgrade() -> None:
    op.drop_index("ix_notes_waiting_by_id", table_name="notes")
    op.drop_index("ix_transcripts_to_publish", table_name="transcripts")
    _index("ix_transcripts_unpublished", "transcripts", ["id"], UNPUBLISHED)
    op.drop_column("transcripts", "publish_at")
    op.drop_column("transcripts", "publish_failures")
    op.drop_index("ix_tasks_ended", table_name="tasks")
    op.drop_column("tasks", "waits_by_code")
    op.alter_column("tasks", "isolated", new_column_name="alone")
    op.rename_table("idempotency_keys", "stored_answers")
    op.drop_column("periodic_runs", "cursor")
    op.alter_column("periodic_runs", "started_at", new_column_name="taken_at")
    op.alter_column("periodic_runs", "name", new_column_name="duty")
    op.rename_table("periodic_runs", "turns")
