"""What stages are told from: the newest task of each type and subject."""

from __future__ import annotations

import sqlalchemy as sa

from vidwiz.models import Task

_tasks = Task.__table__.c

NEWEST_TASKS = sa.select(
    _tasks.task_type,
    _tasks.subject,
    _tasks.status,
    _tasks.failures,
    _tasks.error_code,
    _tasks.error_message,
    _tasks.result_details,
    _tasks.run_at,
).where(
    _tasks.id.in_(
        sa.select(sa.func.max(_tasks.id))
        .where(_tasks.subject.in_(sa.bindparam("subjects", expanding=True)))
        .group_by(_tasks.subject, _tasks.task_type)
    )
)
"""Of each type and each of `:subjects` what the newest task says of its stage."""
