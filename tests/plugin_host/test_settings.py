"""Plugins' settings: from variables to the dataclass that the plugin declares, and secrets."""

import copy
import json
import logging
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, Optional

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vidwiz import log as logs
from vidwiz.plugin_api import Secret
from vidwiz.plugin_host.settings import SettingsError, fill, is_enabled, split_by_plugin

CANARY = "sk-canary-4711"


@dataclass(frozen=True)
class Everything:
    text: str = ""
    count: int = 0
    seconds: float = 0.0
    switch: bool = False
    folder: Path = Path()
    key: Secret = field(default_factory=lambda: Secret(""))
    names: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    perhaps: int | None = None
    old_perhaps: Optional[float] = None  # noqa: UP045 - authors write it so
    folders: tuple[Path, ...] | None = None


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Strange:
    mapping: dict[str, str] = field(default_factory=dict)
    items: list[str] = field(default_factory=list)
    pair: tuple[int, int] = (0, 0)
    either: int | str = 0
    any_of_three: int | str | None = None
    anything: Any = None
    data: bytes = b""
    colour: Colour = Colour.RED
    word: Literal["a", "b"] = "a"
    many: tuple[Colour, ...] = ()


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("TEXT", "=a, b ", "=a, b "),
        ("COUNT", "-12", -12),
        ("SECONDS", "1.5", 1.5),
        ("SWITCH", "Yes", True),
        ("SWITCH", "0", False),
        ("FOLDER", "/srv/x", Path("/srv/x")),
        ("FOLDER", "~/x", Path.home() / "x"),
        ("KEY", CANARY, Secret(CANARY)),
        ("NAMES", "a, b,,c ", ("a", "b", "c")),
        ("NAMES", "", ()),
        ("NUMBERS", "1, 2", (1, 2)),
        ("PERHAPS", "3", 3),
        ("OLD_PERHAPS", "3", 3.0),
        ("PERHAPS", "", None),
        ("OLD_PERHAPS", " ", None),
        ("COUNT", " +7 ", 7),
        ("COUNT", "9" * 18, 10**18 - 1),
        ("SECONDS", "-1e3", -1000.0),
        ("SECONDS", ".5", 0.5),
        ("SWITCH", " ON ", True),
        ("TEXT", "", ""),
        ("KEY", "", Secret("")),
        ("FOLDERS", "/a , /b", (Path("/a"), Path("/b"))),
    ],
)
def test_a_variable_becomes_the_declared_type(key, text, value):
    found = getattr(fill("all", Everything, {key: text}), key.lower())
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("COUNT", "1.5"),
        ("COUNT", ""),
        ("COUNT", "9" * 19),
        ("COUNT", "9" * 5000),
        ("COUNT", "1_000"),
        ("COUNT", "\u0661\u0662"),
        ("COUNT", "0x10"),
        ("COUNT", "nan"),
        ("COUNT", "three\nlines\nof it"),
        ("SECONDS", "soon"),
        ("SECONDS", ""),
        ("SECONDS", "nan"),
        ("SECONDS", "-inf"),
        ("SECONDS", "Infinity"),
        ("SECONDS", "1e999"),
        ("SECONDS", "1_0.5"),
        ("SWITCH", "maybe"),
        ("SWITCH", ""),
        ("NUMBERS", "1,x"),
        ("PERHAPS", "x"),
        ("FOLDER", ""),
        ("FOLDER", "a\0b"),
        ("FOLDER", "~nobody-of-this-name/x"),
        ("FOLDERS", "/a,~nobody-of-this-name/x"),
    ],
)
def test_a_text_of_the_wrong_type_is_refused_with_its_variable(key, text):
    with pytest.raises(SettingsError, match=f"VIDWIZ_PLUGIN_ALL_{key}: ") as caught:
        fill("all", Everything, {key: text})
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 150


@pytest.mark.parametrize("key", [known.name.upper() for known in fields(Strange)])
@pytest.mark.parametrize("text", ["{}", "1", "red", "a"])
def test_a_type_that_cannot_be_set_is_refused(key, text):
    with pytest.raises(SettingsError, match=f"VIDWIZ_PLUGIN_ODD_{key}: the plugin declares"):
        fill("odd", Strange, {key: text})


def test_what_the_plugin_says_of_its_settings_is_one_line():
    @dataclass(frozen=True)
    class Picky:
        count: int = 0

        def __post_init__(self):
            raise ValueError("count is\n  wrong")

    with pytest.raises(SettingsError, match=r"VIDWIZ_PLUGIN_PICKY_\*: count is wrong$"):
        fill("picky", Picky, {})


def test_a_field_that_the_plugin_fills_itself_is_no_setting():
    @dataclass(frozen=True)
    class Derived:
        made: int = field(default=3, init=False)

    with pytest.raises(SettingsError, match="VIDWIZ_PLUGIN_DERIVED_MADE is not a setting"):
        fill("derived", Derived, {"MADE": "4"})


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(f.name.upper() for f in fields(Everything))), st.text(max_size=60))
def test_any_text_is_taken_or_refused_in_one_sentence(key, text):
    message = ""
    try:
        fill("all", Everything, {key: text})
    except SettingsError as exc:
        message = str(exc)
    assert not message or message.startswith(f"VIDWIZ_PLUGIN_ALL_{key}: ")
    assert "\n" not in message


def test_without_variables_the_defaults_stand():
    assert fill("all", Everything, {}) == Everything()


def test_the_switch_is_no_setting_of_the_plugin():
    assert fill("all", Everything, {"ENABLED": "true"}) == Everything()
    assert is_enabled("all", {})
    assert not is_enabled("all", {"ENABLED": "False"})


def test_the_longest_name_takes_a_variable():
    variables = {"YT_DLP_PROXY": "a", "YT_PROXY": "b", "YT_DLPX": "c", "YTDLP_X": "d"}
    found, stray = split_by_plugin(variables, ["yt", "yt-dlp"])
    assert found == {"yt-dlp": {"PROXY": "a"}, "yt": {"PROXY": "b", "DLPX": "c"}}
    assert stray == ["VIDWIZ_PLUGIN_YTDLP_X"]


parts = st.text("ab0", min_size=1, max_size=3)
names = st.lists(parts, min_size=1, max_size=3).map("-".join)
keys = st.text("AB0_", min_size=1, max_size=9)


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(names, unique=True), st.dictionaries(keys, st.text(max_size=5)))
def test_every_variable_is_given_once_or_reported(plugins, variables):
    found, stray = split_by_plugin(variables, plugins)
    assert set(found) == set(plugins)
    assert sum(len(given) for given in found.values()) + len(stray) == len(variables)


def test_a_secret_shows_in_no_text(caplog):
    secret = Secret(CANARY)
    filled = fill("all", Everything, {"KEY": CANARY})
    texts = [
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret!s:>40}",
        "%s %r" % (secret, secret),  # noqa: UP031 - as logging formats
        repr(filled),
        str(asdict(filled)),
        repr([secret, {"key": secret}]),
        str(ValueError(secret)),
    ]
    with caplog.at_level(logging.INFO):
        logging.getLogger("x").info("settings %s", filled, extra={"secret": secret})
    assert CANARY not in "".join(texts) + caplog.text
    assert secret.reveal() == CANARY


def test_a_secret_is_in_no_log_line_of_ours(capfd):
    handlers, level = logging.root.handlers[:], logging.root.level
    try:
        logs.configure("debug")
        error = RuntimeError(Secret(CANARY))
        logging.getLogger("x").error("failed", exc_info=error, extra={"key": Secret(CANARY)})
    finally:
        logging.root.handlers[:] = handlers
        logging.root.setLevel(level)
    output = "".join(capfd.readouterr())
    assert "Secret('***')" in output
    assert CANARY not in output


def test_a_secret_does_not_become_json():
    with pytest.raises(TypeError):
        json.dumps({"key": Secret(CANARY)})


def test_secrets_compare_by_value_and_an_empty_one_is_false():
    assert Secret("a") == Secret("a") != Secret("b")
    assert hash(Secret("a")) == hash(copy.copy(Secret("a")))
    assert Secret("a") != "a"
    assert Secret("a")
    assert not Secret("")
