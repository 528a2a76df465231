"""The operator's file of cookies: read here alone, as the libraries print the lines they refuse.

A line opens the account that it was copied from, so no message, cause or log may have one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vidwiz.plugin_api import Handling, PluginError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

NOT_READABLE = (
    "The file of cookies that the settings name cannot be read: it must be there, and in the format"
    " of Netscape, as browsers' add-ons write it."
)
_HEADER = "# Netscape HTTP Cookie File\n"
_HTTP_ONLY = "#HttpOnly_"  # how cookies are marked that pages' programs may not read
_FIELDS = 7
_FLAGS = frozenset({"TRUE", "FALSE"})
_MOMENT = re.compile(r"(\d{1,15})(?:\.\d+)?")
_BREAKING = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie:
    """One cookie; without `expires` it is one of a browser's session. `value` is not shown."""

    domain: str
    path: str
    secure: bool
    expires: int | None
    name: str
    value: str

    def __repr__(self) -> str:
        return f"<cookie of {self.domain}>"


def read(path: Path) -> list[Cookie]:
    """Return the cookies of a file, without the lines that are none.

    Raises `PluginError` (`auth_failed`) when it cannot be read or has no cookie.
    """
    try:
        # Windows' editors write a mark before the text.
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, ValueError) as exc:
        raise PluginError("auth_failed", NOT_READABLE, handling=Handling.OPERATOR) from exc
    found = [cookie for cookie in map(_cookie, lines) if cookie is not None]
    if not found:
        raise PluginError("auth_failed", NOT_READABLE, handling=Handling.OPERATOR)
    return found


def as_netscape(cookies: Iterable[Cookie]) -> str:
    """Return a file's text that every reader of the format takes without a word."""
    return _HEADER + "".join(
        "\t".join(
            (
                cookie.domain,
                _flag(cookie.domain.startswith(".")),
                cookie.path,
                _flag(cookie.secure),
                str(cookie.expires or 0),
                cookie.name,
                cookie.value,
            )
        )
        + "\n"
        for cookie in cookies
    )


def _cookie(line: str) -> Cookie | None:
    line = line.removeprefix(_HTTP_ONLY)
    if line.startswith("#"):
        return None
    fields = line.split("\t")
    if len(fields) != _FIELDS:
        # Copying from a page makes blanks of the tabs.
        fields = line.split(None, _FIELDS - 1)
    if len(fields) != _FIELDS or not {fields[1].upper(), fields[3].upper()} <= _FLAGS:
        return None
    domain, _, path, secure, expires, name, value = (field.strip() for field in fields)
    moment = _MOMENT.fullmatch(expires or "0")
    if moment is None or not domain or not name or _BREAKING.search(value):
        return None
    return Cookie(
        domain=domain,
        path=path or "/",
        secure=secure.upper() == "TRUE",
        expires=int(moment[1]) or None,
        name=name,
        value=value,
    )


def _flag(value: bool) -> str:  # noqa: FBT001 - it is the format's word for it
    return "TRUE" if value else "FALSE"
