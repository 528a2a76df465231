"""Settings: their defaults, what each is read from, and one sentence when one is wrong."""

import os
from dataclasses import FrozenInstanceError, fields

import pytest

from vidwiz.config import Config, parse_slots, socket_path
from vidwiz.errors import ConfigError
from vidwiz.masking import mask
from vidwiz.pipeline.slots import configured_slots

pytestmark = pytest.mark.usefixtures("bare_environment")

LONG = "x" * 32
DEFAULT_SLOTS = {"metadata": 1, "transcript": 1, "summary": 1, "note": 4}
SERVER = {
    "DATABASE_URL": "postgresql://db/vidwiz",
    "SECRET_KEY": LONG,
    "ADMIN_TOKEN": LONG,
}


@pytest.fixture
def read(bare_environment):
    """Return a function that reads the settings from these variables."""

    def read(plain=None, **variables):
        for name, value in variables.items():
            bare_environment.setenv(f"VIDWIZ_{name}", value)
        for name, value in (plain or {}).items():
            bare_environment.setenv(name, value)
        return Config.from_env()

    return read


def sentence_of(read, *args, **variables):
    with pytest.raises(ConfigError) as caught:
        read(*args, **variables)
    assert "\n" not in caught.value.message
    return caught.value.message


def test_without_any_setting_everything_is_in_var(read, tmp_path):
    config = read()
    var = tmp_path / "var"
    assert config.data_dir == var
    assert var.stat().st_mode & 0o777 == 0o700
    assert config.database_url == f"sqlite:///{var}/vidwiz.db"
    assert config.uses_sqlite
    assert config.embedded_redis
    assert config.redis_url.startswith("unix:///")
    assert config.library_dir == var / "library"
    assert (config.transcript_store, config.s3_bucket) == ("file", None)
    assert config.metadata_fetchers is config.transcript_fetchers is config.llm_provider is None
    assert config.workers == {}
    assert configured_slots(config) == DEFAULT_SLOTS
    assert (config.registration_open, config.guests_allowed) == (True, True)
    assert (config.user_daily_videos, config.guest_daily_videos) == (200, 3)
    assert (config.rate_limit_enabled, config.trusted_proxies, config.jwt_hours) == (True, 0, 24)
    assert (config.port, config.web_concurrency, config.log_level) == (8000, None, "info")
    assert (config.lease_seconds, config.sweep_seconds, config.grace_seconds) == (30.0, 5.0, 10.0)
    assert config.linger_seconds == 5.0


@pytest.mark.parametrize(
    ("variable", "text", "field", "value"),
    [
        ("LLM_PROVIDER", "openai", "llm_provider", "openai"),
        ("METADATA_FETCHERS", " yt-dlp, oembed ,", "metadata_fetchers", ("yt-dlp", "oembed")),
        ("TRANSCRIPT_FETCHERS", "library", "transcript_fetchers", ("library",)),
        ("WORKERS", "note=2", "workers", {"note": 2}),
        ("REGISTRATION", "closed", "registration_open", False),
        ("GUESTS", "off", "guests_allowed", False),
        ("RATE_LIMIT_ENABLED", "false", "rate_limit_enabled", False),
        ("USER_DAILY_VIDEOS", "0", "user_daily_videos", 0),
        ("GUEST_DAILY_VIDEOS", "7", "guest_daily_videos", 7),
        ("TRUSTED_PROXIES", "1", "trusted_proxies", 1),
        ("JWT_HOURS", "1", "jwt_hours", 1),
        ("NETWORK", "home", "network", "home"),
        ("LEASE_SECONDS", "2.5", "lease_seconds", 2.5),
        ("SWEEP_SECONDS", "1", "sweep_seconds", 1.0),
        ("GRACE_SECONDS", "0", "grace_seconds", 0.0),
        ("LINGER_SECONDS", "0", "linger_seconds", 0.0),
        ("LINGER_SECONDS", "300", "linger_seconds", 300.0),
        ("REDIS_URL", "redis://cache:6379/1", "redis_url", "redis://cache:6379/1"),
        ("REDIS_URL", "redis://cache:6379/1", "embedded_redis", False),
        ("SECRET_KEY", LONG, "secret_key", LONG),
        ("ADMIN_TOKEN", f"{LONG}, {LONG}2", "admin_tokens", (LONG, f"{LONG}2")),
    ],
)
def test_each_setting_is_read(read, variable, text, field, value):
    assert getattr(read(**{variable: text}), field) == value


@pytest.mark.parametrize(
    ("name", "text", "field", "value"),
    [
        ("PORT", "9000", "port", 9000),
        ("WEB_CONCURRENCY", "2", "web_concurrency", 2),
        ("LOG_LEVEL", "DEBUG", "log_level", "DEBUG"),
    ],
)
def test_the_settings_that_are_the_same_everywhere_are_read(read, name, text, field, value):
    assert getattr(read({name: text}), field) == value


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("TRANSCRIPT_STORE", "ftp"),
        ("WORKERS", "note"),
        ("REGISTRATION", "maybe"),
        ("GUESTS", "some"),
        ("RATE_LIMIT_ENABLED", "2"),
        ("USER_DAILY_VIDEOS", "-1"),
        ("GUEST_DAILY_VIDEOS", "three"),
        ("TRUSTED_PROXIES", "-1"),
        ("JWT_HOURS", "0"),
        ("LEASE_SECONDS", "0"),
        ("LEASE_SECONDS", "nan"),
        ("SWEEP_SECONDS", "inf"),
        ("GRACE_SECONDS", "-1"),
        ("LINGER_SECONDS", "-1"),
        ("LINGER_SECONDS", "301"),
        ("LINGER_SECONDS", "nan"),
        ("LINGER_SECONDS", "for ever"),
        ("DATABASE_URL", "mysql://db"),
        ("DATABASE_URL", "vidwiz.db"),
        ("REDIS_URL", "localhost:6379"),
        ("SECRET_KEY", "short"),
        ("ADMIN_TOKEN", "short"),
        ("ADMIN_TOKEN", f"{LONG},"),
        ("ADMIN_TOKEN", "a" * 20 + "," + "b" * 20),
    ],
)
def test_a_wrong_value_is_refused_with_the_settings_name(read, variable, text):
    assert f"VIDWIZ_{variable}" in sentence_of(read, **{variable: text})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "http"),
        ("WEB_CONCURRENCY", "0"),
        ("LOG_LEVEL", "x"),
    ],
)
def test_a_wrong_value_of_those_is_refused_with_its_name(read, name, text):
    assert name in sentence_of(read, {name: text})


def test_a_secret_that_is_too_short_is_not_shown(read):
    assert "canary" not in sentence_of(read, SECRET_KEY="canary")


def test_a_password_in_a_wrong_address_is_not_shown(read):
    assert "canary" not in sentence_of(read, DATABASE_URL="mysql://user:canary@db/vidwiz")
    assert "canary" not in sentence_of(read, REDIS_URL="http://:canary@cache")


def test_s3_needs_a_bucket(read):
    assert "VIDWIZ_S3_BUCKET" in sentence_of(read, TRANSCRIPT_STORE="s3")
    config = read(TRANSCRIPT_STORE="s3", S3_BUCKET="words")
    assert (config.transcript_store, config.s3_bucket) == ("s3", "words")


def test_a_setting_that_is_empty_is_not_set(read, tmp_path):
    names = "DATA_DIR DATABASE_URL REDIS_URL SECRET_KEY LIBRARY_DIR S3_BUCKET LLM_PROVIDER WORKERS"
    config = read(**dict.fromkeys([*names.split(), "METADATA_FETCHERS"], ""))
    assert config.data_dir == tmp_path / "var"
    assert config.uses_sqlite
    assert config.embedded_redis
    assert config.library_dir == tmp_path / "var" / "library"
    assert config.s3_bucket is config.llm_provider is config.metadata_fetchers is None


@pytest.mark.parametrize("url", ["postgres://u:p@db/v", "postgresql://u:p@db/v"])
def test_every_spelling_of_postgresql_names_the_driver_that_is_installed(read, url):
    config = read(**{**SERVER, "DATABASE_URL": url})
    assert config.database_url == "postgresql+psycopg://u:p@db/v"
    assert not config.uses_sqlite


@pytest.mark.parametrize("missing", ["SECRET_KEY", "ADMIN_TOKEN"])
def test_with_a_server_database_the_secrets_must_be_set(read, tmp_path, missing):
    sentence = sentence_of(read, **{k: v for k, v in SERVER.items() if k != missing})
    assert f"VIDWIZ_{missing} must be set" in sentence
    assert list((tmp_path / "var").iterdir()) == []


def test_a_sqlite_file_elsewhere_needs_no_secrets(read, tmp_path):
    config = read(DATABASE_URL=f"sqlite:///{tmp_path}/other.db")
    assert config.uses_sqlite
    assert len(config.secret_key) >= 32


def test_plugins_settings_are_passed_on_without_their_prefix(read):
    config = read(PLUGIN_YT_DLP_PROXY="http://proxy", PLUGINX="no")
    assert config.plugin_settings == {"YT_DLP_PROXY": "http://proxy"}


def test_a_dot_env_file_is_read_and_the_environment_wins(read, tmp_path):
    lines = ["VIDWIZ_JWT_HOURS=5", "VIDWIZ_NETWORK='home'", "VIDWIZ_PLUGIN_X_KEY=k", "PORT=9001"]
    (tmp_path / ".env").write_text("\n".join(lines))
    config = read(JWT_HOURS="6")
    assert (config.jwt_hours, config.network, config.port) == (6, "home", 9001)
    assert config.plugin_settings == {"X_KEY": "k"}


def test_boto3_sees_what_a_dot_env_file_sets(read, tmp_path, bare_environment):
    bare_environment.delenv("AWS_REGION", raising=False)
    (tmp_path / ".env").write_text("AWS_REGION=eu-north-1")
    read()
    assert os.environ["AWS_REGION"] == "eu-north-1"


def test_a_dot_env_file_of_a_folder_above_is_not_read(read, tmp_path, bare_environment):
    (tmp_path / ".env").write_text("VIDWIZ_JWT_HOURS=5")
    (tmp_path / "below").mkdir()
    bare_environment.chdir(tmp_path / "below")
    assert read().jwt_hours == 24


def test_a_data_dir_that_cannot_be_made_is_named(read, tmp_path):
    (tmp_path / "file").write_text("")
    assert "VIDWIZ_DATA_DIR" in sentence_of(read, DATA_DIR=str(tmp_path / "file" / "x"))
    assert "VIDWIZ_DATA_DIR" in sentence_of(read, DATA_DIR=str(tmp_path / "file"))


def test_a_home_folder_may_be_written_with_a_tilde(read, tmp_path, bare_environment):
    bare_environment.setenv("HOME", str(tmp_path))
    assert read(DATA_DIR="~/data", LIBRARY_DIR="~/films").library_dir == tmp_path / "films"
    assert (tmp_path / "data").is_dir()


def test_overrides_stand_above_everything(read, bare_environment):
    bare_environment.setenv("VIDWIZ_JWT_HOURS", "5")
    assert Config.from_env(jwt_hours=7).jwt_hours == 7


def test_the_settings_cannot_be_changed(read):
    with pytest.raises(FrozenInstanceError):
        read().port = 1


def test_no_secret_is_in_the_repr(read):
    config = read(SECRET_KEY="c" * 40, ADMIN_TOKEN="d" * 40, PLUGIN_X_KEY="sk-canary")
    assert not any(secret in repr(config) for secret in ("cccc", "dddd", "sk-canary"))
    assert "port=8000" in repr(config)
    hidden = {field.name for field in fields(config) if not field.repr}
    assert hidden >= {"secret_key", "admin_tokens", "plugin_settings"}


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("", {}),
        ("note=0", {"note": 0}),
        (" summary=2 , note=3,", {"summary": 2, "note": 3}),
        ("note=1,note=2", {"note": 2}),
    ],
)
def test_slots_are_read(text, slots):
    assert parse_slots(text) == slots


@pytest.mark.parametrize("text", ["note", "note=", "note=-1", "note=x", "=1", "note=1=2", "note=²"])
def test_slots_that_cannot_be_read_are_shown(text):
    with pytest.raises(ConfigError, match="VIDWIZ_WORKERS: ") as caught:
        parse_slots(text)
    assert repr(text) in caught.value.message


def test_slots_stand_over_the_defaults_and_an_unknown_queue_is_named(read):
    assert configured_slots(read(WORKERS="note=2")) == {**DEFAULT_SLOTS, "note": 2}
    with pytest.raises(ConfigError, match="VIDWIZ_WORKERS: there is no queue chat; there are "):
        configured_slots(read(WORKERS="chat=1"))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://u:canary@db:notaport/v", "its port is no number"),
        ("postgresql://u:canary@db:99999/v", "its port is no number"),
        ("postgresql://u:canary@[::1/v", "its host is no host"),
        ("postgresql://u:p@canary@db/v", "percent-encoded"),
        ("postgresql://u:p#canary@db/v", "percent-encoded"),
        ("postgresql://u:p/canary@db/v", "percent-encoded"),
        ("sqlite://", "names no file"),
        ("sqlite:///", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite://vidwiz.db", "names no file"),
    ],
)
def test_a_database_address_that_cannot_be_taken_apart_is_one_sentence(read, url, words):
    sentence = sentence_of(read, **{**SERVER, "DATABASE_URL": url})
    assert sentence.startswith("VIDWIZ_DATABASE_URL")
    assert words in sentence
    assert "canary" not in sentence


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("redis://:canary@cache:notaport/0", "its port is no number"),
        ("redis://:p#canary@cache/0", "percent-encoded"),
        ("redis://:p/canary@cache/0", "percent-encoded"),
    ],
)
def test_a_redis_address_that_cannot_be_taken_apart_is_one_sentence(read, url, words):
    sentence = sentence_of(read, REDIS_URL=url)
    assert sentence.startswith("VIDWIZ_REDIS_URL")
    assert words in sentence
    assert "canary" not in sentence


@pytest.mark.parametrize(
    "url",
    [
        "redis://:p@ss@cache/0",
        "redis://[::1]:6379/0",
        "rediss://user:p%40ss%23w%2F1@cache:6380/1",
        "unix:///run/redis.sock?db=1",
    ],
)
def test_redis_addresses_that_work_are_taken(read, url):
    assert read(REDIS_URL=url).redis_url == url


@pytest.mark.parametrize("bucket", ["s3://words", "words/folder", "/words"])
def test_a_bucket_is_a_name_alone(read, bucket):
    assert "VIDWIZ_S3_BUCKET" in sentence_of(read, TRANSCRIPT_STORE="s3", S3_BUCKET=bucket)


def test_a_dot_env_file_that_is_no_text_is_named(read, tmp_path):
    (tmp_path / ".env").write_bytes("VIDWIZ_NETWORK=häuslich".encode("latin-1"))
    assert f"{tmp_path / '.env'} is not UTF-8" in sentence_of(read)


def test_the_socket_of_a_deep_data_dir_is_elsewhere_and_its_own(tmp_path):
    shallow, deep, deeper = tmp_path, tmp_path / ("x" * 120), tmp_path / ("y" * 120)
    assert socket_path(deep) == socket_path(deep) != socket_path(deeper)
    assert len(str(socket_path(deep))) <= 100
    if len(str(shallow)) < 85:
        assert socket_path(shallow) == shallow / "redis.sock"


@pytest.mark.parametrize(
    "address",
    [
        "http://me:{}@proxy:3128",
        "me:{}@proxy:3128",
        "http://me:{}@proxy:99999",
        "http://me:{}@[::bad",
    ],
)
def test_the_password_of_the_environments_proxy_is_masked(monkeypatch, tmp_path, address):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("https_proxy", address.format("open%21sesame"))
    Config.from_env()
    for spelling in ("open%21sesame", "open!sesame"):
        assert "sesame" not in mask(f"Failed to parse: {address.format(spelling)}")
