"""The words of a budget: `person @ana 2 dollars a day`."""

import re
from dataclasses import dataclass
from typing import TypeVar

from core.agents.model import Roster
from core.gateway.usage.model import MICROS, PERIODS, SCOPES, UNITS, Period, Scope, Unit
from core.kernel.errors import Invalid
from handlers.commands.filters import shown

MOST_WORDS = 20
Word = TypeVar("Word", bound=str)
_PERSON = re.compile(r"@?([UW][A-Z0-9]{2,30})")
_AMOUNT = re.compile(r"\$?(\d{1,3}(?:,\d{3})+|\d{1,15})(\.\d{1,6})?([km]?)", re.ASCII)
_TIMES = {"": 1, "k": 1_000, "m": 1_000_000}
_FILLERS = ("a", "an", "per", "each", "every", "for", "to", "of", "this", "the", "=", "is")
_UNITS: dict[str, Unit] = {"token": "tokens", "dollar": "dollars", "usd": "dollars", "$": "dollars"}
_PERIODS: dict[str, Period] = {"daily": "day", "monthly": "month"}
_SCOPES: dict[str, Scope] = {"workspace": "tenant", "company": "tenant", "people": "person"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose budget is meant; *unit* and *period* are None where nothing was said of them."""

    scope: Scope
    key: str = ""
    amount: int | None = None
    unit: Unit | None = None
    period: Period | None = None


def read_budget(words: tuple[str, ...], roster: Roster) -> Wanted:
    """`person @ana 2 dollars a day`, in words. Raises Invalid, with words."""
    if not words or len(words) > MOST_WORDS:
        raise Invalid("Say whose budget it is, and how much.")
    scope = _known(words[0], SCOPES, _SCOPES)
    if scope is None:
        raise Invalid("A budget is of the tenant, of a person or of an agent.")
    names: list[str] = []
    amount: re.Match[str] | None = None
    unit: Unit | None = None
    period: Period | None = None
    for word in words[1:]:
        if word.lower() in _FILLERS:
            continue
        number = _AMOUNT.fullmatch(word.lower())
        if number and amount is not None:
            raise Invalid("Say one amount.")
        if number:
            amount, unit = number, "dollars" if word.startswith("$") else unit
        elif found := _known(word, UNITS, _UNITS):
            unit = found
        elif when := _known(word, PERIODS, _PERIODS):
            period = when
        else:
            names.append(word)
    key = _key(scope, " ".join(names), roster)
    return Wanted(scope, key, _amount(amount, unit) if amount else None, unit, period)


def _known(word: str, ours: tuple[Word, ...], others: dict[str, Word]) -> Word | None:
    low = word.lower()
    found = (each for each in ours if low in (each, f"{each}s"))
    return next(found, None) or others.get(low) or others.get(low.removesuffix("s"))


def _amount(number: re.Match[str], unit: Unit | None) -> int:
    """Tokens, or millionths of a dollar, without the detour over floating point."""
    whole, part = number[1].replace(",", ""), (number[2] or ".")[1:]
    micros = (int(whole) * MICROS + int(part.ljust(6, "0") or 0)) * _TIMES[number[3]]
    if unit != "tokens":
        return micros
    if micros % MICROS:
        raise Invalid("Tokens are counted in whole numbers.")
    return micros // MICROS


def _key(scope: Scope, name: str, roster: Roster) -> str:
    if not name:
        return ""
    if scope == "tenant":
        raise Invalid(f"I do not know what to make of “{shown(name)}”.")
    if scope == "person":
        if match := _PERSON.fullmatch(name):
            return match[1]
        raise Invalid("I know people by their mention. Type @ and pick the person from the list.")
    agent = roster.find(name.removeprefix("@"))
    if agent is None:
        raise Invalid(f"No agent goes by “{shown(name)}”.")
    return agent.key
