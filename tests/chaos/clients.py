"""Clients that do as planned, repeat what was not answered, and record what was acknowledged."""

import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass, field

import httpx

from tests.chaos import names

# The longest that a client repeats one request, and waits for one answer, in seconds.
PATIENCE = 90.0
ANSWER_SECONDS = 60.0
REPEAT_SECONDS = 0.2
GONE = 404


@dataclass(frozen=True)
class Event:
    """An answer about one note: `sent_at` is when the request that was answered was sent."""

    client: int
    kind: str
    note_id: int
    sent_at: float
    status: int
    asked: dict
    note: dict | None


@dataclass
class History:
    """What the server acknowledged, and whatever it should not have answered."""

    events: list[Event] = field(default_factory=list)
    saved: set[tuple[int, str]] = field(default_factory=set)
    watched: set[str] = field(default_factory=set)
    statuses: Counter = field(default_factory=Counter)
    odd: list[str] = field(default_factory=list)

    def add(self, other):
        self.events += other.events
        self.saved |= other.saved
        self.watched |= other.watched
        self.statuses += other.statuses
        self.odd += other.odd


@dataclass(frozen=True)
class Account:
    user_id: int
    token: str


def make_account(url, email):
    """Register and sign in through the API."""
    person = {"email": email, "password": "a long password", "name": "Chaos"}
    with httpx.Client(base_url=url + names.API, timeout=ANSWER_SECONDS) as api:
        api.post("/auth/register", json=person).raise_for_status()
        token = api.post("/auth/login", json=person).raise_for_status().json()["token"]
        me = api.get("/users/me", headers={"Authorization": f"Bearer {token}"})
        return Account(me.raise_for_status().json()["id"], token)


def timestamp(mark):
    return f"{mark // 60}:{mark % 60:02}"


class Client(threading.Thread):
    """One client of a user; only it touches its notes."""

    def __init__(self, number, url, account, plan):
        super().__init__(name=f"client-{number}", daemon=True)
        self._number, self._account = number, account
        self._actions = plan.clients[number]
        self._run_id = f"{plan.seed}-{number}"
        self._notes = {}
        self.history = History()
        self._api = httpx.Client(
            base_url=url + names.API,
            headers={"Authorization": f"Bearer {account.token}"},
            timeout=ANSWER_SECONDS,
        )

    def run(self):
        with self._api:
            for number, action in enumerate(self._actions):
                time.sleep(action.pause)
                try:
                    self._do(action)
                except Exception as exc:  # noqa: BLE001 - the checker reports it
                    self._odd(f"gave up at action {number} ({asdict(action)}): {exc!r}")
                    return

    def _do(self, action):
        if action.kind == "save":
            self._save(action)
        elif action.kind == "create":
            self._create(action)
        else:
            self._touch(action)

    def _save(self, action):
        _, response = self._ask("POST", "/videos", {"video": action.video})
        if self._expect(response, 200, 201):
            self.history.saved.add((self._account.user_id, action.video))
            self.history.watched.add(action.video)

    def _create(self, action):
        asked = {"timestamp": timestamp(action.mark), "text": action.text}
        path = f"/videos/{action.video}/notes"
        key = {"Idempotency-Key": f"{self._run_id}-{action.note}"}
        sent_at, response = self._ask("POST", path, asked, key)
        if not self._expect(response, 201):
            raise RuntimeError("the note was not created")
        note = response.json()
        self._notes[action.note] = note["id"]
        self.history.watched.add(action.video)
        asked["video_id"] = action.video
        self._record("create", note["id"], sent_at, response, asked)

    def _touch(self, action):
        note_id = self._notes[action.note]
        method, asked = {
            "edit": ("PATCH", {"text": action.text}),
            "blank": ("PATCH", {"text": ""}),
            "retime": ("PATCH", {"timestamp": timestamp(action.mark)}),
            "delete": ("DELETE", {}),
            "read": ("GET", {}),
        }[action.kind]
        sent_at, response = self._ask(method, f"/notes/{note_id}", asked or None)
        if self._expect(response, 200, GONE):
            self._record(action.kind, note_id, sent_at, response, asked)

    def _record(self, kind, note_id, sent_at, response, asked):
        has_note = response.is_success and kind != "delete"
        note = response.json() if has_note else None
        self.history.events.append(
            Event(self._number, kind, note_id, sent_at, response.status_code, asked, note)
        )

    def _ask(self, method, path, body=None, headers=None):
        """Send until the server answers with anything but "later"."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            sent_at = time.time()
            try:
                response = self._api.request(method, path, json=body, headers=headers)
            except httpx.TimeoutException:
                self._odd(f"{method} {path}: no answer in {ANSWER_SECONDS:.0f} s")
            except httpx.TransportError:
                self.history.statuses["no answer"] += 1
            else:
                self.history.statuses[response.status_code] += 1
                if not self._is_later(method, path, response, headers):
                    return sent_at, response
            time.sleep(REPEAT_SECONDS)
        raise TimeoutError(f"{method} {path} was not acknowledged in {PATIENCE:.0f} s")

    def _is_later(self, method, path, response, headers):
        if response.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            if "Retry-After" not in response.headers:
                self._odd(f"{method} {path}: 503 without Retry-After")
            return True
        if response.is_server_error:
            self._odd(f"{method} {path}: {response.status_code} {response.text[:300]}")
            return True
        return response.status_code == httpx.codes.CONFLICT and headers is not None

    def _expect(self, response, *statuses):
        if response.status_code in statuses:
            return True
        request = response.request
        self._odd(f"{request.method} {request.url}: {response.status_code} {response.text[:300]}")
        return False

    def _odd(self, what):
        self.history.odd.append(f"client {self._number}: {what}")
