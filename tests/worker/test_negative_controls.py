"""Negative controls: each safety line is removed in a copy, and a named test must notice."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass

import pytest

from tests.fixtures.stacks import ROOT


@dataclass(frozen=True)
class Mutant:
    file: str
    safe: str
    unsafe: str
    found_by: str


MUTANTS = {
    "completion by id only": Mutant(
        "vidwiz/statements/tasks.py",
        "_MINE = sa.and_(_C.id == _TASK, _C.attempt == _ATTEMPT, _ACTIVE)",
        "_MINE = _C.id == _TASK",
        "tests/tasks/test_claims.py::TestLateWords",
    ),
    "completion by state, not attempt": Mutant(
        "vidwiz/statements/tasks.py",
        "_MINE = sa.and_(_C.id == _TASK, _C.attempt == _ATTEMPT, _ACTIVE)",
        "_MINE = sa.and_(_C.id == _TASK, _ACTIVE)",
        "tests/tasks/test_claims.py::TestLateWords",
    ),
    "failure and renewal by state, not attempt": Mutant(
        "vidwiz/statements/tasks.py",
        "    _C.attempt == _ATTEMPT,\n    _has_state(TaskStatus.IN_PROGRESS),",
        "    _has_state(TaskStatus.IN_PROGRESS),",
        "tests/tasks/test_claims.py::TestLateWords",
    ),
    "failure without a live lease": Mutant(
        "vidwiz/statements/tasks.py",
        "    _C.lease_expires_at > now(),\n",
        "",
        "tests/tasks/test_claims.py::TestLateWords",
    ),
    "the next lease is kept only when its work begins": Mutant(
        "vidwiz/worker/runner.py",
        "            self._hold(due, following)\n",
        "",
        "tests/worker/test_going_on.py",
    ),
    "effect in a transaction before the end": Mutant(
        "vidwiz/worker/database_ledger.py",
        "            with self._tokens.writing() as uow:\n                if claimed is None:\n",
        "            with self._runtime.unit_of_work() as uow:\n"
        "                submissions._write(uow, kind, claim, stored)\n"
        "            stored = submissions.NotNeeded()\n"
        "            with self._tokens.writing() as uow:\n"
        "                if claimed is None:\n",
        "tests/worker/test_flow.py::TestOwnersWord"
        " tests/worker/test_faults.py::test_a_horse_that_wakes_up_late_changes_nothing"
        " tests/worker/test_flow.py::test_a_late_transcript_changes_nothing",
    ),
    "followers after the commit": Mutant(
        "vidwiz/pipeline/submissions.py",
        "        kind.then(uow, written, Priority.PERSON if priority is None else priority)\n",
        "        pass\n",
        "tests/services/test_results.py",
    ),
    "no sweeper": Mutant(
        "vidwiz/worker/sweeper.py",
        "    every = runtime.config.sweep_seconds\n",
        "    return False\n    every = runtime.config.sweep_seconds\n",
        "tests/worker/test_faults.py::test_the_sender_dies_between_commit_and_notification",
    ),
    "connections cross the fork": Mutant(
        "vidwiz/db/engine.py",
        "os.register_at_fork(after_in_child=_forget_inherited_connections)\n",
        "",
        "tests/worker/test_concurrency.py::test_a_fork_after_use_gets_no_other_processs_answers",
    ),
    "deferred writers": Mutant(
        "vidwiz/db/transactions.py",
        '_transaction("IMMEDIATE") as session:',
        '_transaction("DEFERRED") as session:',
        "tests/worker/test_concurrency.py::test_read_modify_write_of_six_processes_loses_no_update",
    ),
    "the driver begins transactions": Mutant(
        "vidwiz/db/sqlite.py",
        '    event.listen(engine, "begin", _begin)\n',
        "",
        "tests/worker/test_concurrency.py::test_read_modify_write_of_six_processes_loses_no_update",
    ),
    "active tasks are looked for, not made unique": Mutant(
        "vidwiz/statements/tasks.py",
        "    return insert(TASKS).on_conflict_do_nothing(\n"
        "        index_elements=[_C.task_type, _C.subject], index_where=ACTIVE_ROWS\n"
        "    )\n",
        "    return insert(TASKS)\n",
        "tests/worker/test_concurrency.py::test_a_hundred_requests_for_one_new_video_share_its_tasks",
    ),
    "notifications before the commit": Mutant(
        "vidwiz/db/transactions.py",
        "        yield uow\n        session.commit()\n",
        "        yield uow\n        uow.run_after_commit(parts)\n        session.commit()\n",
        "tests/services/test_unit_of_work.py",
    ),
    "a job is given to a work horse that does not answer": Mutant(
        "vidwiz/worker/work_horse.py",
        "_is_readable(self._line, _ANSWER_SECONDS) and self._line.recv(1) == _BEGUN",
        "True",
        "tests/worker/test_work_horse.py::test_one_that_is_dead_or_frozen_takes_no_job_and_is_gone",
    ),
    "a work horse takes a job and ends": Mutant(
        "vidwiz/worker/work_horse.py",
        "                return self._read()\n",
        "                self._read()\n",
        "tests/worker/test_work_horse.py",
    ),
    "a worker's file is not locked": Mutant(
        "vidwiz/worker/presence.py",
        "            self._fd = file_locks.take(draft)\n",
        "            self._fd = os.open(draft, os.O_RDWR | os.O_CREAT)\n",
        "tests/worker/test_presence.py",
    ),
    "a death waits for its lease": Mutant(
        "vidwiz/tasks/failures.py",
        "    held = sa.and_(RUNNING_ROWS, Task.worker_name == worker_name)\n",
        "    held = sa.and_(RUNNING_ROWS, Task.lease_expires_at < now())\n",
        "tests/worker/test_presence.py",
    ),
    "the horse outlives its worker": Mutant(
        "vidwiz/worker/rq_worker.py",
        "        die_with_parent(self.pid or os.getppid())\n",
        "",
        "tests/worker/test_faults.py::test_a_worker_is_killed_in_the_middle_of_a_job",
    ),
    "overlapping locks on a video": Mutant(
        "vidwiz/services/videos.py",
        "with_for_update(key_share=True)",
        "with_for_update(read=True)",
        "tests/worker/test_starving.py",
    ),
    "a summary counts whatever it was made from": Mutant(
        "vidwiz/statements/effects.py",
        "    .where(_T.sha256 == _MADE_FROM)\n",
        "",
        "tests/pipeline/test_replacing.py",
    ),
    "a note counts whatever it was made from": Mutant(
        "vidwiz/pipeline/texts.py",
        "current.sha256 != made_from",
        "False",
        "tests/pipeline/test_replacing.py",
    ),
    "a replaced transcript cancels nothing": Mutant(
        "vidwiz/services/transcripts.py",
        "        _discard_texts(uow, transcript)\n",
        "        pass\n",
        "tests/pipeline/test_replacing.py",
    ),
    "a late publisher goes unnoticed": Mutant(
        "vidwiz/statements/effects.py",
        "published_at=sa.case((_CURRENT, now()), else_=sa.null())",
        "published_at=now()",
        "tests/services/test_publishing.py",
    ),
    "cancelled tasks are locked in any order": Mutant(
        "vidwiz/tasks/scheduling.py",
        "Task.id.in_(chosen), Task.status.in_(ACTIVE)",
        "which, ACTIVE_ROWS",
        "tests/tasks/test_cancelling.py",
    ),
    "a claim that fails ends what runs": Mutant(
        "vidwiz/worker/runner.py",
        '        except LedgerUnreachableError:\n            log.warning("the ledger did not',
        '        except ZeroDivisionError:\n            log.warning("the ledger did not',
        "tests/worker/test_runner.py",
    ),
    "nobody waits for the disk": Mutant(
        "vidwiz/db/transactions.py",
        "    sqlite.await_flush(db.engine)\n",
        "",
        "tests/db/test_shared_flush.py",
    ),
    "a flush that began before the commit counts": Mutant(
        "vidwiz/db/sqlite_flush.py",
        "            mine = self._begun + 1\n",
        "            mine = self._begun + (not self._is_running)\n",
        "tests/db/test_shared_flush.py",
    ),
    "a plain serializer": Mutant(
        "vidwiz/queueing/messages.py",
        "            return json.loads(cls._require_signer().unsign(bytes(data)))\n",
        "            return json.loads(bytes(data).rpartition(b'.')[0] or bytes(data))\n",
        "tests/unit/test_messages.py",
    ),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_the_line_that_a_mutant_removes_is_there(name):
    mutant = MUTANTS[name]
    assert (ROOT / mutant.file).read_text().count(mutant.safe) >= 1


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", MUTANTS)
def test_the_suite_notices_that(name, tmp_path):
    mutant = MUTANTS[name]
    tree = tmp_path / "tree"
    shutil.copytree(
        ROOT, tree, ignore=shutil.ignore_patterns(".git", ".venv", "var", "__pycache__", ".*_cache")
    )
    file = tree / mutant.file
    file.write_text(file.read_text().replace(mutant.safe, mutant.unsafe))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:xdist", *mutant.found_by.split()],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout[-3000:]
    assert " failed" in done.stdout
