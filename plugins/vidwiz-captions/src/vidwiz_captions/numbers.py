"""Numbers as strangers' JSON has them: as numbers, as text, or as anything else."""

from __future__ import annotations

import math


def finite(value: object) -> float | None:
    """Return the number that a value says, or None when it says none or an endless one."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
