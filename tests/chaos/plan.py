"""The plan of a run, made from its seed before anything starts: the same seed, the same plan."""

import json
import random
from dataclasses import asdict, dataclass

FAULT_SECONDS = 15.0
CLIENTS = 5
ACTIONS = 36
VIDEOS = tuple(f"chaosvideo{number}" for number in range(6))
# Words are spoken up to here, so that every mark has something said near it.
SPOKEN_SECONDS = 290

ANYWHERE = {
    "kill a work horse": 3,
    "freeze a work horse": 3,
    "kill a child of the workers": 2,
    "freeze a child of the workers": 1,
    "kill the workers": 1,
    "stop the workers": 1,
    "kill a web worker": 1,
    "kill the web server": 1,
    "freeze a web worker": 1,
    "empty redis": 2,
    "restart redis": 1,
    "freeze redis": 1,
    "cut redis connections": 1,
}
ON_SQLITE = {**ANYWHERE, "hold the write lock": 2}
ON_POSTGRESQL = {
    **ANYWHERE,
    "kill postgresql": 1,
    "restart postgresql": 1,
    "cut database connections": 3,
}
# Codes of plugin failures that pass by; `crash` raises what is no plugin's error at all.
FETCH_TROUBLE = ("network_error", "captions_not_ready", "ip_blocked", "crash")
WRITE_TROUBLE = ("bad_answer", "too_short", "budget_spent", "crash")


@dataclass(frozen=True)
class Step:
    """A fault: when it begins, how long it lasts, and which of several targets it takes."""

    at: float
    fault: str
    seconds: float
    pick: float


@dataclass(frozen=True)
class Action:
    """What a client does: `note` is the number of one of its own notes, in order of creation."""

    kind: str
    pause: float
    video: str = ""
    note: int = 0
    mark: int = 0
    text: str | None = None


@dataclass(frozen=True)
class Plan:
    seed: int
    database: str
    faults: tuple[Step, ...]
    clients: tuple[tuple[Action, ...], ...]
    trouble: dict[str, tuple[str, ...]]
    """Which failures a provider has before it succeeds, by `provider.key()`."""

    def __str__(self):
        faults = [f"at {step.at:.2f} s for {step.seconds} s: {step.fault}" for step in self.faults]
        clients = [
            f"client {number}: {json.dumps([asdict(action) for action in actions])}"
            for number, actions in enumerate(self.clients)
        ]
        return "\n".join([*faults, *clients, f"trouble: {json.dumps(self.trouble)}"])


def make(seed, database):
    rng = random.Random(seed)
    clients = tuple(_client(rng, number) for number in range(CLIENTS))
    trouble = _trouble(rng, clients)
    return Plan(seed, database, _faults(rng, database), clients, trouble)


def _faults(rng, database):
    kinds = ON_SQLITE if database == "sqlite" else ON_POSTGRESQL
    steps, at = [], rng.uniform(0.2, 0.8)
    while at < FAULT_SECONDS:
        fault = rng.choices([*kinds], weights=[*kinds.values()])[0]
        # A lease is 3 s: what is frozen wakes up before its end or well after it.
        steps.append(Step(round(at, 2), fault, round(rng.uniform(0.3, 4.5), 2), rng.random()))
        at += rng.uniform(0.4, 0.9)
    return tuple(steps)


def _client(rng, number):
    actions, alive, made = [], [], 0
    for step in range(ACTIONS):
        pause = round(rng.uniform(0.05, 0.8), 2)
        kind = rng.choices(
            ["save", "create", "write", "edit", "blank", "retime", "delete", "read"],
            weights=[2, 8, 2, 3, 3, 3, 2, 4],
        )[0]
        if kind == "save":
            actions.append(Action(kind, pause, rng.choice(VIDEOS)))
            continue
        mark = rng.randrange(SPOKEN_SECONDS)
        text = f"Client {number} wrote this in step {step}." if kind in ("write", "edit") else None
        if kind in ("create", "write") or not alive:
            actions.append(Action("create", pause, rng.choice(VIDEOS), made, mark, text))
            alive.append(made)
            made += 1
            continue
        gone = [note for note in range(made) if note not in alive]
        note = rng.choice(gone if kind == "read" and gone and rng.random() < 0.3 else alive)
        actions.append(Action(kind, pause, note=note, mark=mark, text=text))
        if kind == "delete":
            alive.remove(note)
    return tuple(actions)


def _trouble(rng, clients):
    """Each video has trouble with its fetches and its summary, every sixth mark with its note."""
    found = {}
    for video in VIDEOS:
        for role in ("metadata", "transcript"):
            found[f"{role} {video}"] = tuple(rng.choices(FETCH_TROUBLE, k=rng.randrange(3)))
        found[f"summary {video}"] = tuple(rng.choices(WRITE_TROUBLE, k=rng.randrange(2)))
    for mark in sorted({action.mark for actions in clients for action in actions}):
        if rng.random() < 1 / 6:
            found[f"note {mark}"] = (rng.choice(WRITE_TROUBLE),)
    return {key: codes for key, codes in found.items() if codes}
