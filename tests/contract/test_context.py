"""A tenant's context is made in one place; everything else is handed one.

That a prompt is made only by `build_prompt` is held in tests/unit/gateway/test_prompt.py.
"""

import ast

import pytest

from tests.contract.repository import PACKAGES, named, parsed, python_files

# Who may make what: the two halves of a tenant's access to anything.
MAKERS = {
    "TenantContext": {"core/db/database.py"},
    "TenantDB": {"core/db/database.py"},
}


@pytest.mark.parametrize("name", MAKERS)
def test_only_the_database_makes_a_tenants_access(name):
    makers = {named(path) for path in python_files(*PACKAGES, "bench") if makes(parsed(path), name)}

    assert makers == MAKERS[name]


@pytest.mark.parametrize(
    "planted",
    [
        "TenantContext(tenant, db, sealer)",
        "tenant.TenantContext(tenant, db, sealer)",
        "make = TenantContext\nmake(tenant, db, sealer)",
        "replace(context, tenant_id=other)",
        "dataclasses.replace(context, db=other)",
        "object.__new__(TenantContext)",
    ],
)
def test_another_maker_is_noticed(planted):
    assert makes(ast.parse(planted), "TenantContext")


def makes(tree: ast.Module, name: str) -> bool:
    """Whether the class is used as a value (called, aliased), or a context is copied and changed."""
    annotations = {id(node) for part in _annotations(tree) for node in ast.walk(part)}
    for node in ast.walk(tree):
        if id(node) in annotations:
            continue
        if isinstance(node, ast.Call) and _called(node) == "isinstance":
            annotations |= {id(inner) for inner in ast.walk(node)}
        elif name in (getattr(node, "id", None), getattr(node, "attr", None)) or _copies(node):
            return True
    return False


def _copies(node: ast.AST) -> bool:
    """`replace(context, db=…)` makes a context too."""
    if not isinstance(node, ast.Call) or _called(node) != "replace":
        return False
    return any(keyword.arg in ("tenant_id", "db", "sealer") for keyword in node.keywords)


def _called(call: ast.Call) -> str:
    return str(getattr(call.func, "id", getattr(call.func, "attr", "")))


def _annotations(tree: ast.Module) -> list[ast.expr]:
    """Types: naming a class there makes nothing."""
    found: list[ast.expr | None] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.append(node.returns)
        elif isinstance(node, ast.arg | ast.AnnAssign):
            found.append(node.annotation)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript):
            found.append(node.value)  # a type alias: `Handle = Callable[[TenantContext], …]`
    return [annotation for annotation in found if annotation is not None]


def test_no_handler_takes_the_ready_roster_for_the_tenants():
    """`Staff.roster` is the tenant's own inside a turn alone; elsewhere it is what everybody has."""
    taken = [
        named(path)
        for path in python_files("handlers", "web_oauth")
        if "staff.roster" in path.read_text("utf-8") or "ready_roster" in path.read_text("utf-8")
    ]

    assert not taken
