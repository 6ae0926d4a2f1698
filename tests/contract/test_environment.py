"""The environment is read in one place, so that every setting is checked, listed and redacted."""

import ast

import pytest

from tests.contract.repository import PACKAGES, named, parsed, python_files

READER = "bot/settings.py"
# A new entry needs its reason beside it.
EXCEPTIONS = {
    "core/knowledge/embedding/__init__.py": "writes it: what onnxruntime looks for when it is loaded"
}
NAMES = frozenset({"environ", "environb", "getenv", "getenvb", "putenv", "unsetenv"})


def test_only_the_settings_read_the_environment():
    readers = {named(path) for path in python_files(*PACKAGES, "migrations") if reads(parsed(path))}

    assert readers == {READER, *EXCEPTIONS}


@pytest.mark.parametrize(
    "planted",
    [
        "import os\nkey = os.environ['KEY']",
        "import os\nkey = os.getenv('KEY')",
        "from os import environ",
        "import os as system\nsystem.environ.get('KEY')",
        "@click.option('--key', envvar='KEY')\ndef run(): ...",
        "from dotenv import load_dotenv",
        "from pydantic_settings import BaseSettings",
    ],
)
def test_another_reader_is_noticed(planted):
    assert reads(ast.parse(planted))


def reads(tree: ast.Module) -> list[int]:
    """The lines that read the environment, by whatever name `os` goes there."""
    return [getattr(node, "lineno", 0) for node in ast.walk(tree) if _reads(node)]


def _reads(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(attr=name):
            return name in NAMES
        case ast.ImportFrom(module="dotenv" | "pydantic_settings"):
            return True
        case ast.ImportFrom(module="os", names=aliases):
            return any(alias.name in NAMES for alias in aliases)
        case ast.keyword(arg="envvar" | "auto_envvar_prefix"):
            return True
    return False
