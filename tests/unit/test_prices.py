"""The operator's file of prices: what tokens cost, and one sentence for what is wrong with it."""

import json

import pytest

from tests.fixtures.databases import make_config
from vidwiz.errors import ConfigError
from vidwiz.pipeline import shown_lists
from vidwiz.services import prices
from vidwiz.services.importing.estimate import Workload

GOOD = """
currency = "EUR"
[openai."gpt-x/mini"]
input = 2
output = 8.0
cached = 0.5
[openai."*"]
input = 1
output = 1
[ollama."*"]
input = 0
output = 0
"""


@pytest.fixture
def file(tmp_path):
    def write(text, name="prices.toml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_cost_is_that_of_its_model_else_of_its_provider(file):
    known = prices.read(file(GOOD))
    assert known.cost("openai", "gpt-x/mini", 1_000_000, 500_000, 400_000) == pytest.approx(5.4)
    assert known.cost("openai", "other", 1_000_000, 1_000_000, 10**9) == 2
    assert known.cost("ollama", "llama", 10**9, 10**9) == 0
    assert known.cost("anthropic", "x", 1, 1) is None
    assert known.shown(1.5) == "1.5000 EUR"
    assert known.shown(None) == ""


@pytest.mark.parametrize(("model", "cost"), [("gpt-x/mini", 0.024), ("other", 0.012)])
def test_an_import_costs_what_reading_its_videos_does(file, tmp_path, model, cost):
    config = make_config(
        tmp_path / "data",
        "sqlite:///x.db",
        llm_provider="openai",
        llm_prices=file(GOOD),
        plugin_settings={"OPENAI_MODEL": model},
    )
    found = shown_lists.rates(config, 8).estimate(Workload(1, 3600.0))
    assert found.cost == pytest.approx(cost)


def test_json_is_read_too(file):
    known = prices.read(file(json.dumps({"p": {"m": {"input": 1, "output": 2}}}), "prices.json"))
    assert known.cost("p", "m", 1_000_000, 1_000_000) == 3


def test_a_byte_order_mark_is_no_mistake(tmp_path):
    path = tmp_path / "prices.toml"
    path.write_bytes(GOOD.encode("utf-8-sig"))
    assert prices.read(path).currency == "EUR"


@pytest.mark.parametrize("price", ["1e308", "1" + "0" * 400, "inf", "nan", "-1", "-0.1"])
def test_a_price_is_one_that_can_be_added_up(file, price):
    with pytest.raises(ConfigError, match=r"openai\.\*\.input is no price"):
        prices.read(file(GOOD.replace("input = 1", f"input = {price}")))


def test_a_currency_is_shown_as_it_is(file):
    with pytest.raises(ConfigError, match="currency is a word"):
        prices.read(file(GOOD.replace("EUR", "E\\u001b[31mR")))


def test_without_a_file_nothing_has_a_price():
    assert prices.read(None).cost("openai", "x", 1, 1) is None


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("currency = [", "is not TOML"),
        ("currency = 3", "currency is a word"),
        ("openai = 3", "openai is no table of models"),
        ("[openai]\ngpt = 3", "openai.gpt is no table of prices"),
        ("[openai.gpt]\ninput = 1", "openai.gpt.output is missing"),
        ("[openai.gpt]\noutput = 1", "openai.gpt.input is missing"),
        ("[openai.gpt]\ninput = 1\noutput = 1\noutptu = 1", "openai.gpt.outptu is not one of"),
        ("[openai.gpt]\ninput = -1\noutput = 1", "openai.gpt.input is no price"),
        ("[openai.gpt]\ninput = true\noutput = 1", "openai.gpt.input is no price"),
        ("[openai.gpt]\ninput = '1'\noutput = 1", "openai.gpt.input is no price"),
        ("[openai.gpt]\ninput = 1\noutput = inf", "openai.gpt.output is no price"),
        ("[openai.gpt]\ninput = nan\noutput = 1", "openai.gpt.input is no price"),
    ],
)
def test_what_is_wrong_is_named(file, text, named):
    path = file(text)
    with pytest.raises(ConfigError) as caught:
        prices.read(path)
    assert caught.value.message.startswith(f"VIDWIZ_LLM_PRICES: {path}: ")
    assert named in caught.value.message


@pytest.mark.parametrize(
    ("text", "name", "named"),
    [("[]", "a.json", "no table of providers"), ("{", "a.json", "is not JSON")],
)
def test_what_is_wrong_with_json_is_named(file, text, name, named):
    with pytest.raises(ConfigError, match=named):
        prices.read(file(text, name))


def test_a_file_that_is_not_there_or_no_text_is_named(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        prices.read(tmp_path / "none.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="is not in UTF-8"):
        prices.read(tmp_path / "bytes.toml")
