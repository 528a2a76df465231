"""Uses the engine, forks, and has every child ask the database who it is, many times."""

import os
import sys

import sqlalchemy as sa

from vidwiz.config import Config
from vidwiz.db.transactions import read_transaction
from vidwiz.runtime import build_app

CHILDREN = 3
QUESTIONS = 50

app = build_app(Config.from_env())


def wrong_answers() -> int:
    wrong = 0
    with app.app_context():
        for number in range(QUESTIONS):
            mine = os.getpid() * 1000 + number
            with read_transaction() as session:
                wrong += session.scalar(sa.select(sa.literal(mine))) != mine
    return wrong


wrong_answers()  # leaves a connection in the pool
children = []
for _ in range(CHILDREN):
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            code = min(wrong_answers(), 100)
        finally:
            os._exit(code)
    children.append(pid)
codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children]
sys.exit(1 if any(codes) else 0)
