"""Processes: their names, that they end with their parent, and that their files are private."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading

_PR_SET_PDEATHSIG = 1
_PR_SET_NAME = 15
_ONLY_OURS = 0o077
_LOOK_SECONDS = 0.5


def keep_files_private() -> None:
    """Let nobody else read what this process and those that it starts write from now on."""
    os.umask(_ONLY_OURS)


def name_process(name: str) -> None:
    """Give this process and its forks a name of up to 15 bytes, for `ps -o comm` and `top`.

    Only Linux can; elsewhere nothing happens.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_NAME, name.encode())


def die_with_parent(parent_pid: int, sig: signal.Signals = signal.SIGKILL) -> None:
    """Have the kernel send `sig` to this process when its parent dies; call it in the child.

    The kernel's signal is tied to the thread that forked, so the parent forks from its main
    thread. Where the kernel has no such signal, a thread looks for the parent instead.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(sig))
    else:
        threading.Thread(target=_watch, args=(parent_pid, sig), daemon=True).start()
    if os.getppid() != parent_pid:  # it died before the signal was asked for
        os.kill(os.getpid(), sig)


def _watch(parent_pid: int, sig: signal.Signals) -> None:
    pause = threading.Event()
    while os.getppid() == parent_pid:
        pause.wait(_LOOK_SECONDS)
    os.kill(os.getpid(), sig)
