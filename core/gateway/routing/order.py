"""In which order the models are asked, and why."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources

from core.gateway.model import Preference
from core.gateway.ports import Provider

MIDDLING = 50


@dataclass(frozen=True, slots=True)
class Strengths:
    """How fast, strong and cheap a model is said to be, 0 to 100."""

    fast: int = MIDDLING
    strong: int = MIDDLING
    cheap: int = MIDDLING

    def of(self, preference: Preference) -> int:
        return {"fast": self.fast, "strong": self.strong, "cheap": self.cheap}[preference]


def strengths_of(model: str) -> Strengths:
    """What strengths.toml says of a model; middling where it says nothing."""
    for pattern, strengths in _table():
        if fnmatchcase(model.lower(), pattern):
            return strengths
    return Strengths()


def in_order(
    providers: Sequence[Provider],
    preference: Preference | None,
    favourites: Sequence[str] = (),
) -> tuple[tuple[int, str], ...]:
    """(index, reason) of each provider, the one to ask first first.

    What an agent prefers counts most; between equals the tenant's *favourites* (names of models or of
    vendors, best first), then the operator's order. A model that only quotes stands last.
    """
    ranked = []
    for index, provider in enumerate(providers):
        strengths = strengths_of(provider.model)
        liked = _place(provider, favourites)
        score = strengths.of(preference) if preference else 0
        key = (provider.name == "offline", -score, liked, index)
        ranked.append((key, index, _reason(preference, score, liked < len(favourites))))
    return tuple((index, reason) for _, index, reason in sorted(ranked))


def _place(provider: Provider, favourites: Sequence[str]) -> int:
    for place, name in enumerate(favourites):
        if name in (provider.model, provider.name):
            return place
    return len(favourites)


def _reason(preference: Preference | None, score: int, liked: bool) -> str:
    if preference:
        return f"the agent prefers {preference} models ({score} of 100)"
    return "the company's order" if liked else "the operator's order"


@cache
def _table() -> tuple[tuple[str, Strengths], ...]:
    text = (resources.files("core.gateway.routing") / "strengths.toml").read_text("utf-8")
    return tuple(
        (row["pattern"], Strengths(row["fast"], row["strong"], row["cheap"]))
        for row in tomllib.loads(text)["model"]
    )
