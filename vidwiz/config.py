"""All settings: one frozen object, and the only reader of the environment."""

from __future__ import annotations

import os
import re
import secrets
import tempfile
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from dotenv import load_dotenv
from environs import Env, EnvError
from marshmallow.validate import OneOf, Range

from vidwiz.errors import ConfigError
from vidwiz.masking import hide

if TYPE_CHECKING:
    from collections.abc import Mapping

# The kernel takes socket paths of 107 bytes at most (104 on macOS).
_LONGEST_SOCKET_PATH = 100
_MOST_DIGITS = 3
_TOKENS = r"[0-9]{1,15}"
_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")
# As in the ids of videos.
_SITE = re.compile("[a-z0-9]{2,20}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What an operator can set; docs/configuration.md says what each one means."""

    data_dir: Path
    database_url: str
    redis_url: str
    embedded_redis: bool = False
    secret_key: str = field(repr=False)
    admin_tokens: tuple[str, ...] = field(repr=False)
    transcript_store: str = "file"
    s3_bucket: str | None = None
    metadata_fetchers: tuple[str, ...] | None = None
    transcript_fetchers: tuple[str, ...] | None = None
    llm_provider: str | None = None
    llm_daily_tokens: int | None = None
    llm_prices: Path | None = None
    sites: tuple[str, ...] | None = None
    fetch_per_minute: int = 10
    library_dir: Path
    plugin_settings: Mapping[str, str] = field(default_factory=dict, repr=False)
    vendor_settings: Mapping[str, str] = field(default_factory=dict, repr=False)
    workers: Mapping[str, int] = field(default_factory=dict)
    network: str = "server"
    registration_open: bool = True
    guests_allowed: bool = True
    user_daily_videos: int = 200
    guest_daily_videos: int = 3
    rate_limit_enabled: bool = True
    trusted_proxies: int = 0
    jwt_hours: int = 24
    port: int = 8000
    web_concurrency: int | None = None
    log_level: str = "info"
    lease_seconds: float = 30.0
    sweep_seconds: float = 5.0
    grace_seconds: float = 10.0
    linger_seconds: float = 5.0

    @property
    def uses_sqlite(self) -> bool:
        """Say whether the embedded database is used."""
        return self.database_url.startswith("sqlite")

    @classmethod
    def from_env(cls, **overrides: object) -> Config:
        """Read the environment, and a `.env` file in the current folder into it.

        So boto3 and child processes are given what stands in that file, too. Creates the data
        directory and, for the embedded database, the generated secrets in it. Raises
        `ConfigError` with one sentence that names the setting that is wrong.
        """
        _load_dot_env(Path.cwd() / ".env")
        _hide_passwords_of_proxies()
        try:
            values = _read(Env(prefix="VIDWIZ_"))
        except EnvError as exc:
            raise ConfigError(str(exc)) from exc
        return cls(**{**values, **overrides})  # type: ignore[arg-type]


def _load_dot_env(path: Path) -> None:
    try:
        load_dotenv(path)
    except UnicodeDecodeError as exc:
        raise ConfigError(f"{path} is not UTF-8 text (byte {exc.start}); save it as UTF-8") from exc
    except OSError as exc:
        raise ConfigError(f"{path} cannot be read: {exc.strerror}") from exc


def _hide_passwords_of_proxies() -> None:
    # What requests and yt-dlp read by themselves, and repeat where they cannot make it out.
    for name in _PROXIES:
        for value in (os.environ.get(name), os.environ.get(name.lower())):
            user = (value or "").rpartition("@")[0].rpartition("/")[2]
            password = user.partition(":")[2]
            hide([password, unquote(password)])


def _read(env: Env) -> dict[str, object]:
    data_dir = _make_data_dir(Path(_text(env, "DATA_DIR") or "./var").expanduser().resolve())
    database_url = _normal_url(_text(env, "DATABASE_URL") or f"sqlite:///{data_dir / 'vidwiz.db'}")
    redis_url = _text(env, "REDIS_URL")
    if redis_url:
        _check_redis_url(redis_url)
    generate = database_url.startswith("sqlite")
    secret_key = _secret(env, "SECRET_KEY", data_dir / "secret.key", generate=generate)
    admin_tokens = _secret(env, "ADMIN_TOKEN", data_dir / "admin.token", generate=generate)
    return {
        **_read_parts(env),
        **_read_access(env),
        "data_dir": data_dir,
        "database_url": database_url,
        "redis_url": redis_url or f"unix://{socket_path(data_dir)}",
        "embedded_redis": redis_url is None,
        "library_dir": Path(_text(env, "LIBRARY_DIR") or data_dir / "library").expanduser(),
        "secret_key": _long_enough("VIDWIZ_SECRET_KEY", secret_key),
        "admin_tokens": tuple(
            _long_enough("VIDWIZ_ADMIN_TOKEN", token.strip()) for token in admin_tokens.split(",")
        ),
    }


def _text(env: Env, setting: str) -> str | None:
    """Return a setting's text; an empty one, as compose files leave it, is none."""
    return env.str(setting, "").strip() or None


def _make_data_dir(path: Path) -> Path:
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as exc:
        raise ConfigError(f"VIDWIZ_DATA_DIR: {path} cannot be made: {exc.strerror}") from exc
    return path


def _read_parts(env: Env) -> dict[str, object]:
    store = env.str("TRANSCRIPT_STORE", "file", validate=OneOf(["file", "s3"]))
    bucket = _text(env, "S3_BUCKET")
    if store == "s3" and not bucket:
        raise ConfigError("VIDWIZ_TRANSCRIPT_STORE is s3, so VIDWIZ_S3_BUCKET must be set")
    if bucket and "/" in bucket and not bucket.startswith("arn:"):
        raise ConfigError("VIDWIZ_S3_BUCKET is a bucket's name alone, without s3:// and folders")
    return {
        "transcript_store": store,
        "s3_bucket": bucket,
        "metadata_fetchers": _names(env, "METADATA_FETCHERS"),
        "transcript_fetchers": _names(env, "TRANSCRIPT_FETCHERS"),
        "llm_provider": _text(env, "LLM_PROVIDER"),
        **_read_costs(env),
        "sites": _sites(env),
        "fetch_per_minute": env.int("FETCH_PER_MINUTE", 10, validate=Range(min=0, max=6000)),
        "plugin_settings": {
            name.removeprefix("VIDWIZ_PLUGIN_"): value
            for name, value in os.environ.items()
            if name.startswith("VIDWIZ_PLUGIN_")
        },
        "vendor_settings": _read_vendors(),
        "workers": parse_slots(env.str("WORKERS", "")),
        "network": _text(env, "NETWORK") or "server",
        "lease_seconds": env.float("LEASE_SECONDS", 30.0, validate=Range(min=1)),
        "sweep_seconds": env.float("SWEEP_SECONDS", 5.0, validate=Range(min=0.2)),
        "grace_seconds": env.float("GRACE_SECONDS", 10.0, validate=Range(min=0)),
        "linger_seconds": env.float("LINGER_SECONDS", 5.0, validate=Range(min=0, max=300)),
    }


def _read_costs(env: Env) -> dict[str, object]:
    tokens = _text(env, "LLM_DAILY_TOKENS")
    if tokens is not None and not re.fullmatch(_TOKENS, tokens, re.ASCII):
        raise ConfigError("VIDWIZ_LLM_DAILY_TOKENS is a number of tokens, such as 500000")
    prices = _text(env, "LLM_PRICES")
    return {
        "llm_daily_tokens": None if tokens is None else int(tokens),
        "llm_prices": None if prices is None else Path(prices).expanduser(),
    }


def _read_vendors() -> dict[str, str]:
    """Return what is set of the variables that the vendors' own programs read."""
    plain = Env()
    found = {
        "ANTHROPIC_API_KEY": plain.str("ANTHROPIC_API_KEY", ""),
        "ANTHROPIC_BASE_URL": plain.str("ANTHROPIC_BASE_URL", ""),
        "OLLAMA_API_KEY": plain.str("OLLAMA_API_KEY", ""),
        "OLLAMA_HOST": plain.str("OLLAMA_HOST", ""),
        "OPENAI_API_KEY": plain.str("OPENAI_API_KEY", ""),
        "OPENAI_BASE_URL": plain.str("OPENAI_BASE_URL", ""),
    }
    return {name: value.strip() for name, value in found.items() if value.strip()}


def _read_access(env: Env) -> dict[str, object]:
    plain = Env()
    return {
        "registration_open": env.str("REGISTRATION", "open", validate=OneOf(["open", "closed"]))
        == "open",
        "guests_allowed": env.bool("GUESTS", True),
        "user_daily_videos": env.int("USER_DAILY_VIDEOS", 200, validate=Range(min=0)),
        "guest_daily_videos": env.int("GUEST_DAILY_VIDEOS", 3, validate=Range(min=0)),
        "rate_limit_enabled": env.bool("RATE_LIMIT_ENABLED", True),
        "trusted_proxies": env.int("TRUSTED_PROXIES", 0, validate=Range(min=0)),
        "jwt_hours": env.int("JWT_HOURS", 24, validate=Range(min=1)),
        "port": plain.int("PORT", 8000, validate=Range(min=1, max=65535)),
        "web_concurrency": plain.int("WEB_CONCURRENCY", None, validate=Range(min=1)),
        "log_level": plain.str(
            "LOG_LEVEL",
            "info",
            validate=lambda level: OneOf(["debug", "info", "warning", "error"])(level.lower()),
        ),
    }


def _names(env: Env, setting: str) -> tuple[str, ...] | None:
    names = (name.strip() for name in env.str(setting, "").split(","))
    return tuple(filter(None, names)) or None


def _sites(env: Env) -> tuple[str, ...] | None:
    names = _names(env, "SITES")
    for name in names or ():
        if not _SITE.fullmatch(name):
            raise ConfigError(
                f"VIDWIZ_SITES: {name!r} is no site's name, such as youtube (2 to 20 of a-z 0-9)"
            )
    return names


def parse_slots(text: str) -> dict[str, int]:
    """Read worker slots such as `note=2,summary=1`; raise `ConfigError`.

    Whether there are such queues is known to `vidwiz.pipeline.flow` alone.
    """
    slots = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        queue, _, count = part.partition("=")
        if not queue or not (count.isascii() and count.isdecimal() and len(count) <= _MOST_DIGITS):
            raise ConfigError(f"VIDWIZ_WORKERS: {part!r} is not QUEUE=COUNT, such as note=2")
        slots[queue] = int(count)
    return slots


def _normal_url(url: str) -> str:
    """Make the URL name the driver that is installed, whichever spelling a host handed out."""
    scheme, separator, rest = url.partition("://")
    if scheme in ("postgres", "postgresql"):
        scheme = "postgresql+psycopg"
    if not separator or scheme not in ("sqlite", "postgresql+psycopg"):
        raise ConfigError("VIDWIZ_DATABASE_URL must begin with postgresql:// or sqlite:///")
    if scheme == "sqlite":
        path = rest.partition("?")[0]
        # Without a path SQLite keeps the data in the memory of each process.
        if not path.startswith("/") or path in ("/", "/:memory:"):
            raise ConfigError(
                "VIDWIZ_DATABASE_URL names no file; write sqlite:///var/vidwiz.db, or four slashes"
                " before an absolute path"
            )
    else:
        # SQLAlchemy ends a password at its first @.
        _check_address("VIDWIZ_DATABASE_URL", url, most_ats=1)
    return f"{scheme}://{rest}"


def _check_redis_url(url: str) -> None:
    if not url.startswith(("redis://", "rediss://", "unix://")):
        raise ConfigError("VIDWIZ_REDIS_URL must begin with redis://, rediss:// or unix://")
    if not url.startswith("unix://"):
        _check_address("VIDWIZ_REDIS_URL", url)


def _check_address(setting: str, url: str, *, most_ats: float = float("inf")) -> None:
    """Raise `ConfigError` when the address cannot be taken apart; it may hold a password."""
    try:
        parts = urlsplit(url)
        after_address = f"{parts.path}?{parts.query}#{parts.fragment}"
        # A raw / ? or # in a password ends the address too early.
        if parts.netloc.count("@") > most_ats or "@" in after_address:
            raise ConfigError(
                f"{setting}: write special characters of the user name and password"
                " percent-encoded (@ as %40, # as %23, / as %2F, ? as %3F)"
            )
        _ = parts.port
    except ValueError as exc:
        wrong = "its port is no number up to 65535" if "ort" in str(exc) else "its host is no host"
        raise ConfigError(f"{setting} cannot be read: {wrong}") from exc


def _long_enough(name: str, secret: str) -> str:
    if len(secret) < 32:  # noqa: PLR2004 - 256 bits as HMAC-SHA-256 wants, at 8 bits a character
        raise ConfigError(f"{name} must have at least 32 characters")
    return secret


def socket_path(data_dir: Path) -> Path:
    """Return where the embedded Redis listens: in the data dir, unless that path is too long."""
    path = data_dir / "redis.sock"
    if len(str(path)) <= _LONGEST_SOCKET_PATH:
        return path
    digest = sha256(str(data_dir).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"vidwiz-{os.getuid()}-{digest}" / "redis.sock"


def _secret(env: Env, setting: str, path: Path, *, generate: bool) -> str:
    value = _text(env, setting)
    if value is None and not generate:
        raise ConfigError(f"VIDWIZ_{setting} must be set when VIDWIZ_DATABASE_URL names a server")
    return _generated(path) if value is None else value


def _generated(path: Path) -> str:
    """Return the secret kept in `path`, made once even when several processes start at once."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
