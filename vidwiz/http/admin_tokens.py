"""Whether a presented token is an operator's; compared in constant time."""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def is_admin_token(tokens: Iterable[str], presented: str) -> bool:
    """Say whether `presented` is one of the tokens, taking the same time whichever it is."""
    digest = _digest(presented)
    matches = [hmac.compare_digest(_digest(token), digest) for token in tokens if token]
    return any(matches)


def _digest(token: str) -> bytes:
    return sha256(token.encode("utf-8", "replace")).digest()
