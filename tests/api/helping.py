"""What tests of helpers share: a helper, its material, and turning the clock."""

import sqlalchemy as sa

from tests.support import VIDEO
from vidwiz.db.transactions import read_transaction, unit_of_work
from vidwiz.models import Task, now_plus
from vidwiz.pipeline.flow import KINDS
from vidwiz.runtime import current
from vidwiz.tasks import failures

NOTES = f"/videos/{VIDEO}/notes"
SEGMENTS = [{"text": "The dough rests.", "offset": 0, "duration": 9.5}]
QUESTIONS = ["What eats the sugar?", "Why does the dough rise?", "How long does it rest?"]
SUMMARY = {"summary": "Yeast eats sugar.", "suggested_questions": QUESTIONS}


class Helper:
    def __init__(self, admin):
        self.admin = admin

    def poll(self, kind, timeout=1, *, environ_overrides=None, **query):
        return self.admin.get(
            "/internal/tasks",
            query_string={"type": kind, "timeout": timeout, **query},
            environ_overrides=environ_overrides,
        )

    def take(self, kind):
        return self.poll(kind).json

    def post(self, held, *, video_id=VIDEO, attempt=True, **body):
        if attempt is True:
            body["attempt"] = held["attempt"]
        elif attempt is not False:
            body["attempt"] = attempt
        return self.admin.post(
            f"/internal/tasks/{held['task_id']}/result", {"video_id": video_id, **body}
        )


def expire_lease(task_id):
    with unit_of_work(current()) as uow:
        uow.session.execute(
            sa.update(Task).where(Task.id == task_id).values(lease_expires_at=now_plus(-1))
        )


def sweep():
    with unit_of_work(current()) as uow:
        failures.recover_expired(uow, KINDS.names)


def make_due(task_id):
    with unit_of_work(current()) as uow:
        uow.session.execute(sa.update(Task).where(Task.id == task_id).values(run_at=now_plus(-1)))


def task(task_id):
    with read_transaction() as session:
        return session.get(Task, task_id)
