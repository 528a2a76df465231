"""The sample video that the project brings along, so that there is something to see at once."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vidwiz.config import Config

VIDEO_ID = "vidwizdemo1"
MARK = "1:05"


def copy_to_library(config: Config) -> bool:
    """Copy the sample into the library folder; False when that is a folder of the user's own."""
    if config.library_dir.resolve() != config.data_dir / "library":
        return False
    config.library_dir.mkdir(parents=True, exist_ok=True)
    for source in resources.files("vidwiz.sample").iterdir():
        target = config.library_dir / source.name
        if source.name.startswith(VIDEO_ID) and not target.exists():
            target.write_bytes(source.read_bytes())
    return True
