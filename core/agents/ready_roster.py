"""The eight agents every workspace starts with, read once from profiles/*.toml."""

import tomllib
from functools import cache
from importlib import resources
from typing import Any

from core.agents.model import Agent, Roster

# The order people see them in; the first takes what fits nobody else.
KEYS = (
    "chief_of_staff",
    "finance",
    "marketing",
    "sales",
    "engineering",
    "people",
    "legal",
    "support",
)


@cache
def ready_roster() -> Roster:
    """Raises ValueError or KeyError when a profile is not whole: a fault of the build."""
    folder = resources.files("core.agents") / "profiles"
    profiles = (tomllib.loads((folder / f"{key}.toml").read_text("utf-8")) for key in KEYS)
    return Roster(tuple(_agent(profile) for profile in profiles))


def _agent(profile: dict[str, Any]) -> Agent:
    lists = {name: tuple(profile[name]) for name in ("also", "topics", "examples")}
    return Agent(**{**profile, **lists, "instructions": profile["instructions"].strip()})
