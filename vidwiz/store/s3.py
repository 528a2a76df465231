"""Transcript objects in a bucket of any S3-compatible service."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config as BotoConfig
from botocore.exceptions import BotoCoreError, ClientError, NoRegionError, ProfileNotFound

from vidwiz.errors import ConfigError, ObjectMissingError, StoreError
from vidwiz.store.keys import checked

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import CopySourceTypeDef

# Services other than AWS often lack the checksums that boto3 asks for by default, and virtual
# hosts; boto3's own time-outs of a minute would outlast a lease.
_SETTINGS = BotoConfig(
    signature_version="s3v4",
    connect_timeout=5,
    read_timeout=20,
    retries={"mode": "standard", "max_attempts": 3},
    s3={"addressing_style": "path"},
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)
# Somebody waits for the answer of a check, and asks again in a moment.
_CHECK_SETTINGS = _SETTINGS.merge(
    BotoConfig(
        connect_timeout=1,
        read_timeout=2,
        retries={"mode": "standard", "total_max_attempts": 1},
        max_pool_connections=1,
    )
)


class S3Store:
    """Keeps each object in `bucket`; credentials and endpoint are boto3's own `AWS_*` settings.

    Raises `ConfigError` when boto3 can make no client of those.
    """

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket
        # Clients are thread-safe and slow to make; one that has sent nothing may cross a fork.
        self._client = _make_client(_SETTINGS)

    @cached_property
    def _check_client(self) -> S3Client:
        return _make_client(_CHECK_SETTINGS)

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._client.close()
        if "_check_client" in self.__dict__:
            self._check_client.close()

    def put(self, key: str, body: bytes) -> None:
        """Store the object; S3 shows an object whole or not at all."""
        try:
            self._client.put_object(
                Bucket=self._bucket, Key=checked(key), Body=body, ContentType="application/json"
            )
        except (BotoCoreError, ClientError) as exc:
            raise StoreError(f"the transcript could not be stored: {_describe(exc)}") from exc

    def copy(self, key: str, copy_key: str) -> None:
        """Have the service copy the object, without its bytes coming here."""
        source: CopySourceTypeDef = {"Bucket": self._bucket, "Key": checked(key)}
        try:
            self._client.copy_object(Bucket=self._bucket, Key=checked(copy_key), CopySource=source)
        except self._client.exceptions.NoSuchKey as exc:
            raise ObjectMissingError(f"there is no object {key}") from exc
        except (BotoCoreError, ClientError) as exc:
            raise StoreError(f"the transcript could not be copied: {_describe(exc)}") from exc

    def get(self, key: str) -> bytes:
        """Return the object's content."""
        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=checked(key))
            return answer["Body"].read()
        except self._client.exceptions.NoSuchKey as exc:
            raise ObjectMissingError(f"there is no object {key}") from exc
        except (BotoCoreError, ClientError) as exc:
            raise StoreError(f"the transcript could not be read: {_describe(exc)}") from exc

    def remove_drafts(self, *, older_than_seconds: float) -> int:  # noqa: ARG002 - as declared
        """Remove nothing: S3 keeps no part of an object that was not stored whole."""
        return 0

    def check(self) -> None:
        """Raise when the bucket cannot be reached with our credentials, within three seconds."""
        try:
            self._check_client.head_bucket(Bucket=self._bucket)
        except (BotoCoreError, ClientError) as exc:
            raise StoreError(f"the bucket cannot be used: {_describe(exc)}") from exc


def _make_client(settings: BotoConfig) -> S3Client:
    try:
        return boto3.session.Session().client("s3", config=settings)
    except ProfileNotFound as exc:
        raise ConfigError(f"AWS_PROFILE: {exc}") from exc
    except NoRegionError as exc:
        raise ConfigError(f"AWS_DEFAULT_REGION: {exc}") from exc
    except ValueError as exc:  # botocore has no type of its own for an endpoint
        raise ConfigError(
            f"AWS_ENDPOINT_URL_S3 (or AWS_ENDPOINT_URL): {exc}; it begins with http:// or https://"
        ) from exc
    except BotoCoreError as exc:
        raise ConfigError(f"the AWS_* settings: {exc}") from exc


def _describe(error: Exception) -> str:
    """Name the failure without the request, in which credentials may stand."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", "refused"))
    return type(error).__name__
