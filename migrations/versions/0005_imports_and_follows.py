"""Imports of many videos, their items, and followed lists."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from vidwiz.models.base import Json, UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

UNFINISHED = sa.text("finished_at IS NULL")


def upgrade() -> None:
    _create_imports()
    _create_follows()


def _create_imports() -> None:
    op.create_table(
        "imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("source_key", sa.String(300), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("unreadable", Json, nullable=True),
        sa.Column("unreadable_count", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_imports_user_id_users", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_imports"),
        sqlite_autoincrement=True,
    )
    partial: dict[str, Any] = {"sqlite_where": UNFINISHED, "postgresql_where": UNFINISHED}
    columns = ["user_id", "source_key"]
    op.create_index("uq_imports_unfinished", "imports", columns, unique=True, **partial)
    op.create_index("ix_imports_user", "imports", ["user_id", "id"])
    op.create_index("ix_imports_unfinished", "imports", ["id"], **partial)
    op.create_table(
        "import_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("video_id", sa.String(128), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("duration", sa.Float(), nullable=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("saved", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["imports.id"],
            name="fk_import_items_import_id_imports",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_import_items"),
        sqlite_autoincrement=True,
    )
    columns = ["import_id", "video_id"]
    op.create_index("uq_import_items_video", "import_items", columns, unique=True)
    op.create_index("ix_import_items_state", "import_items", ["import_id", "state", "id"])
    op.create_index("ix_import_items_video_id", "import_items", ["video_id", "state"])


def _create_follows() -> None:
    op.create_table(
        "follows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("list_key", sa.String(300), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("every_hours", sa.Integer(), nullable=False),
        sa.Column("backfill", sa.Boolean(), nullable=False),
        sa.Column("last_check_at", UtcDateTime(), nullable=True),
        sa.Column("next_check_at", UtcDateTime(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_follows_user_id_users", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_follows"),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_follows_list", "follows", ["user_id", "list_key"], unique=True)
    op.create_index("ix_follows_due", "follows", ["next_check_at", "id"])
    op.create_table(
        "followed_videos",
        sa.Column("follow_id", sa.Integer(), nullable=False),
        sa.Column("video_id", sa.String(128), nullable=False),
        sa.ForeignKeyConstraint(
            ["follow_id"],
            ["follows.id"],
            name="fk_followed_videos_follow_id_follows",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("follow_id", "video_id", name="pk_followed_videos"),
    )


def downgrade() -> None:
    for table in ("followed_videos", "follows", "import_items", "imports"):
        op.drop_table(table)
