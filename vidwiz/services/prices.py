"""What tokens cost: a file that the operator keeps, as prices that came with us would go stale."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from vidwiz.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SETTING = "VIDWIZ_LLM_PRICES"
ANY_MODEL = "*"
_FIELDS = ("input", "output", "cached")
_MILLION = 1_000_000
_HIGHEST = 1e9
"""No tokens cost more in any currency, and sums of such prices are still numbers."""


@dataclass(frozen=True, slots=True)
class Price:
    """Of a million tokens; cached ones are part of the input."""

    input: float
    output: float
    cached: float


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices by provider and model, in one currency."""

    currency: str = ""
    models: Mapping[tuple[str, str], Price] = field(default_factory=dict)

    def price(self, provider: str, model: str) -> Price | None:
        """Return the price of the model, or of any of its provider; None when none is known."""
        return self.models.get((provider, model)) or self.models.get((provider, ANY_MODEL))

    def cost(
        self, provider: str, model: str, given: int, written: int, cached: int = 0
    ) -> float | None:
        """Return what so many tokens cost; None where no price is known."""
        price = self.price(provider, model)
        if price is None:
            return None
        cached = min(max(0, cached), given)
        sums = (given - cached) * price.input + cached * price.cached + written * price.output
        return sums / _MILLION

    def shown(self, cost: float | None) -> str:
        """Return a cost as people read it; nothing where it is not known."""
        return "" if cost is None else f"{cost:.4f} {self.currency}".strip()


def read(path: Path | None) -> Prices:
    """Return the prices of a TOML or JSON file; raise `ConfigError` that names what is wrong.

    The file has `currency`, and for each provider a table of its models, `"*"` for any other:
    `input`, `output` and, if it has another price, `cached` (per million tokens).
    """
    if path is None:
        return Prices()
    content = _loaded(path)
    currency = content.pop("currency", "")
    if not isinstance(currency, str) or not currency.isprintable():
        raise _wrong(path, "currency is a word, such as USD")
    models: dict[tuple[str, str], Price] = {}
    for provider, of_provider in content.items():
        if not isinstance(of_provider, dict):
            raise _wrong(path, f"{provider} is no table of models")
        for model, entry in of_provider.items():
            models[provider, model] = _price(path, f"{provider}.{model}", entry)
    return Prices(currency, models)


@cache
def known(path: Path | None) -> Prices:
    """Return the prices of a file as they were when this process first asked for them."""
    return read(path)


def _loaded(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8-sig")  # some editors begin with a byte order mark
        content = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except OSError as exc:
        raise _wrong(path, f"cannot be read: {exc.strerror}") from exc
    except UnicodeDecodeError as exc:
        raise _wrong(path, "is not in UTF-8") from exc
    except (ValueError, RecursionError) as exc:
        raise _wrong(path, f"is not {'JSON' if path.suffix == '.json' else 'TOML'}: {exc}") from exc
    if not isinstance(content, dict):
        raise _wrong(path, "is no table of providers")
    return content


def _price(path: Path, name: str, entry: object) -> Price:
    if not isinstance(entry, dict):
        raise _wrong(path, f"{name} is no table of prices")
    unknown = sorted(set(entry) - set(_FIELDS))
    if unknown:
        raise _wrong(path, f"{name}.{unknown[0]} is not one of {', '.join(_FIELDS)}")
    for required in ("input", "output"):
        if required not in entry:
            raise _wrong(path, f"{name}.{required} is missing")
    for which, value in entry.items():
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not 0 <= value <= _HIGHEST:
            raise _wrong(path, f"{name}.{which} is no price of a million tokens")
    given: float = entry["input"]
    return Price(given, entry["output"], entry.get("cached", given))


def _wrong(path: Path, what: str) -> ConfigError:
    return ConfigError(f"{SETTING}: {path}: {what}")
