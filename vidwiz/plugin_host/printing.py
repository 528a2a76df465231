"""What plugins print goes to standard error, so that it gets into no program's output."""

from __future__ import annotations

import io
import sys
import threading
from typing import TextIO

from vidwiz.masking import mask
from vidwiz.plugin_host.calls import Call


class _Divided(io.TextIOBase):
    """Standard output for all but the threads in which plugins are called."""

    def __init__(self, stdout: TextIO) -> None:
        super().__init__()
        self._stdout = stdout

    def __getattr__(self, name: str) -> object:
        return getattr(self._stdout, name)

    def _stream(self) -> TextIO:
        return sys.stderr if isinstance(threading.current_thread(), Call) else self._stdout

    @property
    def buffer(self) -> object:
        return self._stream().buffer

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._stdout.encoding

    @property
    def errors(self) -> str | None:  # type: ignore[override]
        return self._stdout.errors

    def write(self, text: str) -> int:
        stream = self._stream()
        return stream.write(text if stream is self._stdout else mask(text))

    def flush(self) -> None:
        self._stdout.flush()

    def isatty(self) -> bool:
        return self._stdout.isatty()

    def fileno(self) -> int:
        return self._stdout.fileno()

    def writable(self) -> bool:
        return True


def keep_apart() -> None:
    """From now on send what a plugin prints in a call to standard error; may be called again."""
    if not isinstance(sys.stdout, _Divided):
        sys.stdout = _Divided(sys.stdout)
