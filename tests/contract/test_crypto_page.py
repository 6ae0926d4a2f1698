"""docs/crypto.md lists every use of cryptography: each import is in a file that the page names."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.repository import PACKAGES, ROOT, named, parsed, python_files

PAGE = (ROOT / "docs" / "crypto.md").read_text("utf-8")
LIBRARIES = ("cryptography", "hashlib", "hmac", "secrets", "ssl")
PRODUCT = (*PACKAGES, "bench")
DIGEST = re.compile(
    r"\b(sha\d+|md5|digest|hmac|crypt|encrypt|decrypt|pgp_\w+|gen_random_\w+|gen_salt)\("
)
# Files, and folders that end in a slash.
NAMED = set(re.findall(r"`([a-z_]+/[\w./]+)`", PAGE))


def imports(tree: ast.Module) -> Iterator[str]:
    """Every library of cryptography that a module imports or calls, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        elif isinstance(node, ast.Attribute) and ast.unparse(node) == "os.urandom":
            names = ["os.urandom"]
        else:
            continue
        for name in names:
            if name.split(".")[0] in LIBRARIES or name == "os.urandom":
                yield name


def users() -> set[str]:
    """Every file that uses cryptography."""
    modules = {named(path) for path in python_files(*PRODUCT) if any(imports(parsed(path)))}
    return modules | {named(path) for path in sql_files() if digests(path.read_text("utf-8"))}


def sql_files() -> Iterator[Path]:
    for folder in (*PRODUCT, "migrations"):
        yield from sorted((ROOT / folder).rglob("*.sql"))


def digests(text: str) -> list[str]:
    return DIGEST.findall(re.sub(r"--.*", "", text))


def is_named(path: str) -> bool:
    return path in NAMED or any(path.startswith(folder) for folder in NAMED if folder[-1] == "/")


def test_every_use_of_cryptography_is_on_the_page():
    missing = {path for path in users() if not is_named(path) and "/schema/" not in path}

    assert not missing, f"docs/crypto.md says nothing of {sorted(missing)}"


def test_every_file_on_the_page_uses_some():
    found = users()
    gone = {
        name
        for name in NAMED
        if name.startswith((*PRODUCT, "migrations"))
        and not any(path.startswith(name) for path in found)
    }

    assert not gone, f"docs/crypto.md names {sorted(gone)}, which have none"


@pytest.mark.parametrize(
    "planted",
    [
        "import hashlib",
        "import hmac as h",
        "from secrets import token_hex",
        "from cryptography.hazmat.primitives.ciphers.aead import AESGCM",
        "import cryptography.x509",
        "def f():\n    import ssl",
        "import os\nkey = os.urandom(32)",
    ],
)
def test_a_planted_use_is_noticed(planted):
    assert list(imports(ast.parse(planted)))


@pytest.mark.parametrize("planted", ["select md5(x)", "select pgp_sym_encrypt('a', 'b')"])
def test_a_planted_digest_in_sql_is_noticed(planted):
    assert digests(planted)
    assert not digests(f"-- {planted}")


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("AESGCM", "core/kernel/sealing.py"),
        ("Ed25519PrivateKey", "core/kernel/signing.py"),
        ("HKDF", "core/kernel/tenant_keys.py"),
    ],
)
def test_one_module_seals_and_one_signs(name, module):
    """Everybody else goes through them, so that nobody invents a format or forgets what to bind."""
    importers = {
        named(path)
        for path in python_files(*PRODUCT)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom) and name in {alias.name for alias in node.names}
    }

    assert importers == {module}


def test_secrets_are_never_made_with_the_random_module():
    """It can be foretold from what it has given. Delays and made-up loads may."""
    users_of_random = {
        named(path)
        for path in python_files(*PACKAGES)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Import) and "random" in {alias.name for alias in node.names}
    }

    assert users_of_random == {
        "bot/intake/socket_mode.py",
        "bot/sandbox/faults/dice.py",
        "core/jobs/jitter.py",
    }
