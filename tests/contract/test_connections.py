"""Nobody obtains a connection but the places listed here: a tenant's tables are behind `TenantDB`.

What begins a transaction on the service's login is in core/db. The rest connects as the admin, for
what no tenant may do, or asks about what belongs to no tenant.
"""

import ast
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.contract.repository import PACKAGES, named, parsed, python_files

# (file, what it calls): why this is not a way past `TenantDB`.
OPENERS = {
    ("core/db/pool.py", "asyncpg.create_pool"): "makes the service's pool",
    ("core/db/pool.py", "pool.acquire"): "`acquired`, which waits for so long and no longer",
    ("core/db/pool.py", "acquired"): "`entered`, which takes a transaction into a tenant",
    ("core/db/tenant.py", "entered"): "`TenantDB` itself",
    ("core/db/tenant.py", "acquired"): "asks the registry whether a snapshot was overtaken",
    ("core/db/database.py", "acquired"): "the switchboard",
    ("core/db/database.py", "entered"): "a tenant's sealing",
    ("core/db/fleet.py", "asyncpg.connect"): "migrates the fleet, as the admin",
    ("core/jobs/wake_ups.py", "asyncpg.connect"): "rings and listens: one channel, and no table",
    ("core/tenancy/install_workspace.py", "asyncpg.connect"): "makes a tenant, as the admin",
    ("core/tenancy/keys/registry.py", "asyncpg.connect"): "writes wrapped keys, as the admin",
    ("core/lifecycle/registry.py", "asyncpg.connect"): "ends a tenant, as the admin",
    ("core/lifecycle/retention.py", "asyncpg.connect"): "cuts a log, as the admin",
    ("core/lifecycle/archive/restore_tenant.py", "asyncpg.connect"): "restores, as the admin",
    ("core/isolation/prove.py", "asyncpg.connect"): "attacks throwaway tenants, as the admin",
    ("core/isolation/proof/throwaway.py", "asyncpg.connect"): "keeps a second proof out",
    ("core/isolation/proof/calls.py", "tx._connection"): "asks what the server alone denies",
    ("bot/storage.py", "open_pool"): "hands the service's pool to `Database`",
    ("bot/storage.py", "asyncpg.connect"): "asks the server who and what it is; migrates",
    ("bot/cli/oversight/key_checks.py", "open_pool"): "reads the registry, for doctor",
    ("bot/cli/installation_checks.py", "open_pool"): "asks each tenant by `Database`, for doctor",
}
NAMES = frozenset({"connect", "create_pool", "acquire", "open_pool"})
# Functions of ours that hand out connections.
OURS = frozenset({"open_pool", "acquired", "entered"})


def test_connections_are_opened_where_the_list_says_and_nowhere_else():
    found = {
        (named(path), text) for path in python_files(*PACKAGES) for text in openers(parsed(path))
    }

    assert found <= set(OPENERS), f"not listed: {sorted(found - set(OPENERS))}"
    assert found >= set(OPENERS), f"listed for nothing: {sorted(set(OPENERS) - found)}"


def test_surfaces_open_none():
    assert not [file for file, _ in OPENERS if file.startswith(("handlers/", "web_oauth/"))]


@pytest.mark.parametrize(
    "planted",
    [
        "await asyncpg.connect(dsn)",
        "from asyncpg import connect\nawait connect(dsn)",
        "from asyncpg import create_pool as make\nmake(dsn)",
        "async with context.db._pool.acquire() as c: pass",
        "opened = asyncpg.create_pool",
        "pool = await open_pool(dsn)",
        "async with acquired(pool) as connection: pass",
        "row = await tx._connection.fetchrow(text)",
        "row = await database._pool.fetchrow(text)",
        "getattr(tx, '_connection').fetch(text)",
    ],
)
def test_another_way_to_a_connection_is_noticed(planted):
    assert list(openers(ast.parse(planted)))


def openers(tree: ast.Module) -> Iterator[str]:
    """What opens, borrows or reaches for a connection, as it is written."""
    aliases = Counter[str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "asyncpg":
            aliases.update(alias.asname or alias.name for alias in node.names)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and _reaches(node):
            yield ast.unparse(node)
        elif isinstance(node, ast.Name) and (node.id in aliases or node.id in OURS):
            yield node.id
        elif isinstance(node, ast.Call) and _gets_by_name(node):
            yield ast.unparse(node)


def _reaches(node: ast.Attribute) -> bool:
    owner = ast.unparse(node.value)
    if node.attr in ("_connection", "_pool"):
        return owner not in ("self", "cls")
    if node.attr == "acquire":
        return owner.endswith("pool")
    return node.attr in NAMES and owner == "asyncpg"


def _gets_by_name(call: ast.Call) -> bool:
    names = {getattr(value, "value", "") for value in call.args}
    return getattr(call.func, "id", "") == "getattr" and bool({"_connection", "_pool"} & names)
