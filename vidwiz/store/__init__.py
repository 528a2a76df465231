"""Where transcript objects are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vidwiz.config import Config
    from vidwiz.ports import TranscriptStore


def make_store(config: Config) -> TranscriptStore:
    """Return the store that the settings name; boto3 is imported only where it is used."""
    if config.transcript_store == "s3":
        from vidwiz.store.s3 import S3Store  # noqa: PLC0415

        assert config.s3_bucket is not None
        return S3Store(config.s3_bucket)
    from vidwiz.store.files import FileStore  # noqa: PLC0415

    return FileStore(config.data_dir / "objects")
