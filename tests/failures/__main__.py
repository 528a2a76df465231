"""`python -m tests.failures`: every cause of failure, library by library, as it really ends."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from tests.failures.running import LIBRARIES, Outcome, run
from tests.failures.table import ROWS
from tests.fake_youtube import FakeYouTube


def main() -> int:
    """Print the table; return how many rows end otherwise than they should."""
    wrong = 0
    with FakeYouTube() as youtube:
        os.environ.update(youtube.environment())
        for row in ROWS:
            print(f"\n{row.name}")
            for library, code in row.codes.items():
                if library not in LIBRARIES:
                    continue
                outcome = run(row, library, youtube)
                wrong += outcome.code != code
                mark = "" if outcome.code == code else f"  <- should be {code}"
                print(f"  {library:24}{_line(outcome)}{mark}")
    print(f"\n{len(ROWS)} causes; {wrong or 'none'} ended otherwise than they should.")
    return min(wrong, 1)


def _line(outcome: Outcome) -> str:
    took = f"{1000 * outcome.seconds:5.0f} ms"
    if not outcome.handling:
        return f"{'-':24}{outcome.code:20}{'':11}{took}"
    wait = ""
    if outcome.retry_at:
        hours = (outcome.retry_at - datetime.now(UTC)).total_seconds() / 3600
        wait = f"  (again in {hours:.1f} h)"
    head = f"{outcome.raised or '-':24}{outcome.code:20}{outcome.handling:11}{took}"
    return f"{head}  {outcome.sentence}{wait}"


if __name__ == "__main__":
    raise SystemExit(main())
