"""The sandbox's table of methods agrees with Slack's own contracts, field by field."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.webapi.methods import HANDLERS, TOKEN_HANDLERS
from bot.sandbox.webapi.table import Method, load_table

TABLE = load_table()
# Answered for any method, so no method's contract lists them (docs.slack.dev, "common errors").
COMMON = {
    "account_inactive",
    "fatal_error",
    "invalid_arguments",
    "invalid_auth",
    "invalid_json",
    "missing_argument",
    "missing_scope",
    "not_allowed_token_type",
    "not_authed",
    "ratelimited",
    "team_access_not_granted",
    "team_not_found",
    "token_expired",
    "token_revoked",
    "unknown_method",
}
KINDS = {
    "string": {"string", None},
    "boolean": {"boolean", None},
    "number": {"number", "integer"},
    "list": {"array", None},
    "object": {None},
}
HELD = [method for method in TABLE.methods.values() if "*" not in method.newer]


def contract_of(shared: Path, method: Method) -> dict[str, Any]:
    path = shared / "contracts" / "slack" / "methods" / f"{method.name}.json"
    return dict(json.loads(path.read_text()))


def test_every_method_of_the_table_is_answered() -> None:
    without_a_workspace = {"apps.connections.open", "oauth.v2.access"} | set(TOKEN_HANDLERS)

    assert set(HANDLERS) | without_a_workspace == set(TABLE.methods)


def test_common_errors_are_slacks() -> None:
    assert TABLE.common_errors == COMMON


@pytest.mark.parametrize("method", TABLE.methods.values(), ids=TABLE.methods)
def test_a_row_is_sound(method: Method) -> None:
    assert set(method.arguments.values()) <= set(KINDS)
    assert set(method.required) | set(method.either) <= set(method.arguments)
    assert not method.errors & TABLE.common_errors


@pytest.mark.parametrize("method", HELD, ids=lambda method: method.name)
def test_arguments_are_slacks(shared: Path, method: Method) -> None:
    arguments = contract_of(shared, method)["args"]
    ours = {name for name in method.arguments if name not in method.newer}

    assert ours == set(arguments)
    # Where a newer argument can stand in (chunks for markdown_text), either of them will do.
    required = {name for name, argument in arguments.items() if argument["required"]}
    assert required - set(method.either) == set(method.required)
    for name in ours - {"blocks", "attachments", "metadata", "chunks"}:
        kind = arguments[name].get("type")
        assert kind in KINDS[method.arguments[name]] or kind is None, name


@pytest.mark.parametrize("method", HELD, ids=lambda method: method.name)
def test_errors_scopes_and_tier_are_slacks(shared: Path, method: Method) -> None:
    contract = contract_of(shared, method)
    label = contract["rate_limit"]["label"]

    assert method.errors - method.observed <= set(contract["errors"])
    assert not method.observed & set(contract["errors"])
    assert list(method.scopes) == [scope["name"] for scope in contract["scopes"].get("bot", [])]
    assert label.startswith("Special" if method.tier == "special" else f"Tier {method.tier}:")
