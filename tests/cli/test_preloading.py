"""What `vidwiz up` imports before it forks its parts."""

import os
import subprocess
import sys

import pytest

PROGRAM = """
import sys
from vidwiz.cli.up import stack
stack.preload()
print("loaded", "vidwiz_local" in sys.modules, "vidwiz_extractive" in sys.modules)
"""


@pytest.mark.parametrize("fault", ["raise SystemExit(3)", "raise OSError('no disk')", "import no"])
def test_a_plugin_that_cannot_be_imported_stops_nothing(tmp_path, fault):
    info = tmp_path / "vidwiz_broken-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: vidwiz-broken\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[vidwiz.llm_providers]\nbroken = a_broken_one:Plugin\n")
    (tmp_path / "a_broken_one.py").write_text(fault)
    done = subprocess.run(
        [sys.executable, "-P", "-c", PROGRAM],
        check=False,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout == "loaded True True\n", done.stderr
