"""Text and addresses from strangers, made safe to show in a terminal, a title or a page.

What the owner of a note wrote is not changed here: it is shown to them alone.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import langcodes

if TYPE_CHECKING:
    from vidwiz.plugin_api import VideoMetadata

LONGEST_LANGUAGE = 35
"""Characters of a language tag, as RFC 5646 asks for at least (section 4.4.1)."""
LANGUAGE_PATTERN = r"^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$"
DATE_PATTERN = r"^[0-9]{8}$"

# Embeddings, overrides and isolates: they show a text in another order than it is stored in.
_BIDI_CONTROLS = "\u202a-\u202e\u2066-\u2069"
# C0 and C1 controls but for tab and line feed, half surrogate pairs, interlinear marks, BOM.
_UNSAFE = re.compile(
    rf"[\x00-\x08\x0b-\x1f\x7f-\x9f{_BIDI_CONTROLS}\ud800-\udfff\ufff9-\ufffb\ufeff]"
)
_LINE_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_BLANKS = re.compile(r"[ \t\n]+")
_INVISIBLE = ("Cc", "Cf", "Cs", "Zs", "Zl", "Zp")


def clean_text(text: str) -> str:
    """Return the text without control characters and bidi overrides; it may have several lines."""
    return _UNSAFE.sub("", _LINE_BREAKS.sub("\n", text)).strip()


def clean_line(text: str) -> str:
    """Return the text as one line, without control characters and bidi overrides."""
    return _BLANKS.sub(" ", clean_text(text))


def is_blank(text: str) -> bool:
    """Say whether nothing of the text can be seen."""
    return all(unicodedata.category(character) in _INVISIBLE for character in text)


def is_web_address(text: str) -> bool:
    """Say whether this is an absolute http or https URL without blanks and control characters."""
    if not text.isprintable() or " " in text:
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def is_upload_date(text: str) -> bool:
    """Say whether this is a day that exists, as YYYYMMDD."""
    if not re.fullmatch(DATE_PATTERN, text, re.ASCII):
        return False
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return True


def is_language(tag: str) -> bool:
    """Say whether this is a valid BCP 47 tag, by the registry that langcodes knows."""
    return (
        len(tag) <= LONGEST_LANGUAGE
        and re.fullmatch(LANGUAGE_PATTERN[1:-1], tag) is not None
        and langcodes.tag_is_valid(tag)
    )


def clean_language(tag: str | None) -> str | None:
    """Return the longest beginning of the tag that is valid: `en` of `en-orig`; None for none."""
    if not tag:
        return None
    parts = tag.strip().replace("_", "-").split("-")
    for end in range(len(parts), 0, -1):
        shorter = "-".join(parts[:end])
        if is_language(shorter):
            return shorter
    return None


def clean_metadata(metadata: VideoMetadata) -> VideoMetadata:
    """Return what a site said with clean texts; what is no address, date or tag becomes None."""
    chapters = metadata.chapters and tuple(
        replace(chapter, title=clean_line(chapter.title)) for chapter in metadata.chapters
    )
    return replace(
        metadata,
        title=_line(metadata.title),
        channel=_line(metadata.channel),
        uploader=_line(metadata.uploader),
        duration_string=_line(metadata.duration_string),
        description=metadata.description and clean_text(metadata.description),
        chapters=chapters,
        channel_url=_web_address(metadata.channel_url),
        thumbnail=_web_address(metadata.thumbnail),
        webpage_url=_web_address(metadata.webpage_url),
        upload_date=_upload_date(metadata.upload_date),
        language=clean_language(metadata.language),
    )


def _line(text: str | None) -> str | None:
    return (clean_line(text) or None) if text else None


def _web_address(text: str | None) -> str | None:
    return text if text and is_web_address(text) else None


def _upload_date(text: str | None) -> str | None:
    return text if text and is_upload_date(text) else None
