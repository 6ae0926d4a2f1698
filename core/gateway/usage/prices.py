"""What a model costs: a table with its date, and what is assumed where it says nothing."""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from typing import Any

from core.gateway.model import Usage

# Bytes a token has at least: English has about four; Chinese one letter, which is three.
BYTES_A_TOKEN = 3
# What any provider is asked for at most; a test holds the bodies of all adapters to it.
MOST_ANSWER_TOKENS = 8_192


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens, which is millionths of a dollar for one."""

    input: float
    output: float

    def micros(self, usage: Usage) -> int:
        """Millionths of a dollar, rounded up."""
        return math.ceil(self.input * usage.input_tokens + self.output * usage.output_tokens - 1e-9)


def price_of(model: str) -> Price:
    """By the first row that fits; the cautious default where none does."""
    table = _table()
    for row in table["model"]:
        if fnmatchcase(model.lower(), row["pattern"]):
            return _price(row)
    return _price(table["default"])


def prices_date() -> date:
    """The day the table is of."""
    return date.fromisoformat(_table()["date"])


def tokens_of(text: str | int) -> int:
    """About how many tokens *text* (or so many bytes of it) are, on the safe side."""
    length = text if isinstance(text, int) else bytes_of(text)
    return math.ceil(length / BYTES_A_TOKEN)


def bytes_of(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def _price(row: Mapping[str, Any]) -> Price:
    return Price(float(row["input"]), float(row["output"]))


@cache
def _table() -> dict[str, Any]:
    text = (resources.files("core.gateway.usage") / "prices.toml").read_text("utf-8")
    return tomllib.loads(text)
