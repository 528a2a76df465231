"""A folded title beside each video's title, for search and sorting."""

import sqlalchemy as sa
from alembic import op

from vidwiz.models.folding import folded

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BATCH = 1000
VIDEOS = sa.table(
    "videos",
    sa.column("id", sa.Integer),
    sa.column("title", sa.Text),
    sa.column("title_folded", sa.Text),
)


def upgrade() -> None:
    op.add_column("videos", sa.Column("title_folded", sa.Text(), nullable=True))
    connection = op.get_bind()
    fill = (
        sa.update(VIDEOS)
        .where(VIDEOS.c.id == sa.bindparam("video"))
        .values(title_folded=sa.bindparam("folded"))
    )
    last = 0
    while rows := connection.execute(
        sa.select(VIDEOS.c.id, VIDEOS.c.title)
        .where(VIDEOS.c.id > last, VIDEOS.c.title.is_not(None))
        .order_by(VIDEOS.c.id)
        .limit(BATCH)
    ).all():
        connection.execute(fill, [{"video": row.id, "folded": folded(row.title)} for row in rows])
        last = rows[-1].id


def downgrade() -> None:
    op.drop_column("videos", "title_folded")
