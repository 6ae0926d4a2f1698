"""SQL is static text: named in a queries.sql, or a constant. Only core/db/scope.py builds any."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from core.db import sql
from tests.contract.repository import PACKAGES, ROOT, named, parsed, python_files

# Where a statement is neither a constant nor `SQL[name]`, and why that is safe.
EXCEPTIONS = {
    (
        "core/isolation/close_ways.py",
        "statement",
    ): "the server put it together, from oids and names",
    ("core/isolation/attempts/run.py", "one.statement"): "an attack: the server quoted the names",
    ("core/isolation/prove.py", "await session.fetchval(PROOF_SQL['become_session'], role)"): (
        "the server quoted the name: format('%I')"
    ),
    ("core/isolation/proof/calls.py", "checksum"): "the server quoted the names: format('%I')",
    ("core/isolation/proof/calls.py", "statement"): "the same",
    ("core/isolation/canaries/planting.py", "insert"): "the same; values are parameters",
    ("core/isolation/proof/real_tenants.py", "statement"): "the same",
    ("core/isolation/proof/throwaway.py", "text"): "the same",
    ("core/isolation/proof/throwaway.py", "scope.removal(tenant)"): "for a checked id",
    ("core/db/tenant.py", "self._enter"): "made by core/db/scope.py from a checked tenant id",
    ("core/db/database.py", "scope.enter(tenant)"): "made by core/db/scope.py, from a checked id",
    ("core/audit/cut_log.py", "scope.enter_as_owner(tenant)"): "the same, for the owner's own work",
    ("core/lifecycle/archive/restore_tenant.py", "scope.enter_as_owner(tenant)"): (
        "the same, for the owner who loads an archive"
    ),
    ("core/lifecycle/archive/load_tables.py", "row['statement']"): (
        "the server quoted the names: format('%I')"
    ),
    ("core/db/transaction.py", "statement"): "what a store passes: the guard itself",
    ("core/db/migrate.py", "migration.text"): "a file of this program",
    (
        "core/db/migrate.py",
        "scope.migration(tenant, version, wanted[-1].version, [m.text for m in wanted])",
    ): "files of this program, for a checked id",
    ("core/db/migrate.py", "await admin.fetchval(SQL['grant_service'], service_login)"): (
        "the server quoted the login's name: format('%I')"
    ),
    ("core/tenancy/provision.py", "scope.creation(tenant)"): "one of SQL's, for a checked id",
    ("core/tenancy/provision.py", "grant"): "the server quoted the names: format('%I')",
    ("core/lifecycle/registry.py", "scope.enter_as_owner(self.registered.tenant_id)"): (
        "made by core/db/scope.py from a checked tenant id"
    ),
    ("core/lifecycle/erase_tenant.py", "scope.removal(self.tenant)"): "the same",
    ("core/lifecycle/erase_tenant.py", "counting"): "the server quoted the names: format('%I')",
}
BUILDERS = {
    "core/db/scope.py": "`set local role` and `set local search_path` take no parameters",
    "bench/installation.py": "empties the inboxes of its own throwaway server, by checked ids",
    "bot/postgres/server/cluster.py": "feeds `postgres --single` a database name of our own",
}
NOT_SQL = ("files.fetch",)  # fetches a file from Slack
RUNS = frozenset(
    {"execute", "executemany", "fetch", "fetchrow", "fetchval", "cursor", "copy_from_query"}
)
LOOKS_LIKE_SQL = re.compile(
    r"\bselect\s.+\sfrom\s|\binsert\s+into\b|\bupdate\s+\S+\s+set\s|\bdelete\s+from\b|\btruncate\s+\S"
    r"|\b(create|alter|drop)\s+(table|schema|role|index|function|extension|database|user|type)\b"
    r"|\bset\s+(local|session)\s|\bset\s+(role|search_path)\b|\bgrant\s.+\sto\s|\brevoke\s.+\sfrom\s",
    re.IGNORECASE | re.DOTALL,
)
QUERIES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("queries.sql"))]


def test_no_sql_is_put_together_from_pieces():
    built = {
        f"{named(path)}:{line} {text[:80]}"
        for path in python_files(*PACKAGES, "bench")
        if named(path) not in BUILDERS
        for line, text in built_sql(parsed(path))
    }

    assert not built, "\n".join(sorted(built))


def test_every_statement_that_runs_is_named_or_constant():
    loose = {
        (named(path), text)
        for path in python_files(*PACKAGES)
        for text in loose_statements(parsed(path))
    }

    assert loose == set(EXCEPTIONS)


@pytest.mark.parametrize(
    "planted",
    [
        "f'select name from person where id = {person}'",
        "'select name from person where id = ' + person",
        "'delete from %s' % table",
        "'drop table {}'.format(table)",
        "'insert into ' + table + ' values ($1)'",
        "f'set local role {role}'",
        "' '.join(['select name', 'from person', where])",
    ],
)
def test_built_sql_is_noticed(planted):
    assert list(built_sql(ast.parse(planted)))


@pytest.mark.parametrize(
    "planted",
    ["tx.execute(text)", "tx.fetch(f'x{y}')", "tx.fetchrow(query + where)", "tx.fetchval(build())"],
)
def test_a_loose_statement_is_noticed(planted):
    assert list(loose_statements(ast.parse(planted)))


def test_words_for_people_are_not_taken_for_sql():
    words = ast.parse("f'Pick {name} from {others}, set it to {value} and update your profile'")

    assert not list(built_sql(words))


@pytest.mark.parametrize("path", QUERIES, ids=named)
def test_every_named_statement_is_used_and_every_used_one_exists(path):
    package = named(path.parent).replace("/", ".")
    patterns = [re.compile(key) for key in _keys_used(package, path.parent)]
    statements = set(sql.load(package))

    unused = {name for name in statements if not any(key.fullmatch(name) for key in patterns)}
    absent = {key.pattern for key in patterns if not any(map(key.fullmatch, statements))}
    assert (unused, absent) == (set(), set())


@pytest.mark.parametrize("path", QUERIES, ids=named)
def test_every_column_is_named(path):
    statements = _without_comments(path.read_text("utf-8"))

    # A star would bind a cached statement to the columns of one tenant's version.
    assert not re.search(r"\bselect\s+(\w+\.)?\*|,\s*\w+\.\*|\breturning\s+(\w+\.)?\*", statements)


def test_no_migration_makes_an_enum_or_a_domain():
    for path in sorted((ROOT / "migrations").rglob("*.sql")):
        text = _without_comments(path.read_text("utf-8"))
        assert not re.search(r"\bcreate\s+(type|domain)\b", text, re.IGNORECASE), named(path)


def built_sql(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Strings made of pieces that read like SQL: f-strings, `+`, `%`, `.format`, `.join`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr | ast.BinOp | ast.Call) and _builds(node):
            text = _joined(node)
            if LOOKS_LIKE_SQL.search(text):
                yield node.lineno, text


def _builds(node: ast.JoinedStr | ast.BinOp | ast.Call) -> bool:
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(piece, ast.FormattedValue) for piece in node.values)
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Add | ast.Mod)
    return isinstance(node.func, ast.Attribute) and node.func.attr in ("format", "join")


def _joined(node: ast.AST) -> str:
    """The text as it would stand, with a mark where a value goes."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=pieces):
            return "".join(map(_joined, pieces))
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _joined(left) + _joined(right)
        case ast.BinOp(left=left, op=ast.Mod()):
            return _joined(left)
        case ast.Call(func=ast.Attribute(value=text, attr="format")):
            return _joined(text)
        case ast.Call(func=ast.Attribute(attr="join"), args=[ast.List(elts=pieces)]):
            return " ".join(map(_joined, pieces))
    return "⟨value⟩ "


def loose_statements(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        if ast.unparse(node.func) in NOT_SQL:
            continue
        if node.func.attr in RUNS and not _is_static(node.args[0]):
            yield ast.unparse(node.args[0])


def _is_static(statement: ast.expr) -> bool:
    match statement:
        case ast.Constant():
            return True
        case ast.Subscript(value=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name.endswith("SQL")
    return False


def _keys_used(package: str, folder: Path) -> Iterator[str]:
    """Statement names, as patterns, that code takes from the SQL of *package*."""
    for path in _files_that_take_statements():
        names = {"SQL"} if path.parent == folder else set()
        tree = parsed(path)
        names |= {
            str(getattr(node.targets[0], "id", ""))
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and f"load('{package}')" in ast.unparse(node.value)
        }
        foreign = _imports_from(tree, package)
        for node in ast.walk(tree):
            if isinstance(node, ast.Subscript) and (
                getattr(node.value, "id", None) in names or _is_foreign(node.value, foreign)
            ):
                yield from _key(node.slice, tree)


@cache
def _files_that_take_statements() -> list[Path]:
    """Those few that are worth a walk for each package."""
    files = python_files(*PACKAGES, "tests")
    return [path for path in files if "SQL[" in path.read_text("utf-8")]


def _imports_from(tree: ast.Module, package: str) -> set[str]:
    """Names under which a module imports modules of *package*."""
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == package
        for alias in node.names
    }


def _is_foreign(value: ast.expr, modules: set[str]) -> bool:
    return isinstance(value, ast.Attribute) and getattr(value.value, "id", None) in modules


def _key(key: ast.expr, tree: ast.Module) -> Iterator[str]:
    match key:
        case ast.Constant(value=str(name)):
            yield re.escape(name)
        case ast.JoinedStr(values=pieces):
            texts = (getattr(piece, "value", "") for piece in pieces)
            yield "".join(text if isinstance(text, str) else r"\w+" for text in texts)
        case ast.Name(id=name):
            yield from _loop_values(name, tree)


def _loop_values(name: str, tree: ast.Module) -> Iterator[str]:
    """`for name in ("a", "b"): … SQL[name]`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.For) and getattr(node.target, "id", None) == name:
            for element in getattr(node.iter, "elts", []):
                yield re.escape(str(element.value))


def _without_comments(text: str) -> str:
    return re.sub(r"--.*", "", text)
