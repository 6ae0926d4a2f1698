"""The glossary and the code use the same words, both ways."""

import ast
import re

import pytest

from tests.contract.repository import PACKAGES, ROOT, parsed, python_files

GLOSSARY = (ROOT / "docs" / "glossary.md").read_text("utf-8")
ROWS = re.findall(r"^\| \*\*(.+?)\*\* \| (.+?) \| (.+?) \|$", GLOSSARY, re.MULTILINE)
WORDS = [word for word, _, _ in ROWS]
NAMES = {name for _, _, cell in ROWS for name in re.findall(r"`([^`]+)`", cell)}
MIGRATIONS = [path.read_text("utf-8") for path in sorted((ROOT / "migrations").glob("*/*.sql"))]


def tables() -> set[str]:
    """`table x` for a tenant's tables, `table control.x` for the switchboard's."""
    found = re.findall(
        r"create (?:unlogged )?table (?:\{schema\}\.)?([\w.]+)", "\n".join(MIGRATIONS)
    )
    return {f"table {name}" for name in found}


def slices() -> set[str]:
    return {
        f"core/{folder.name}"
        for folder in (ROOT / "core").iterdir()
        if (folder / "__init__.py").is_file()
    }


def model_classes() -> set[str]:
    """The public classes of every slice's model.py: the nouns."""
    return {
        node.name
        for path in sorted((ROOT / "core").glob("*/model.py"))
        for node in parsed(path).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    }


def public_names() -> set[str]:
    """Everything the product defines at the top of a module: classes, and types with a name."""
    names = set()
    for path in python_files(*PACKAGES):
        for node in parsed(path).body:
            if isinstance(node, ast.ClassDef):
                names.add(node.name)
            elif isinstance(node, ast.Assign):
                names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return names


def test_every_table_slice_and_noun_of_the_model_is_in_the_glossary():
    missing = (tables() | slices() | model_classes()) - NAMES

    assert not missing, f"docs/glossary.md says nothing of {sorted(missing)}"


def test_every_name_in_the_glossary_is_in_the_code():
    gone = NAMES - tables() - slices() - public_names()

    assert not gone, f"docs/glossary.md names what is not there: {sorted(gone)}"


@pytest.mark.parametrize("word", WORDS)
def test_a_word_of_the_glossary_is_used_in_the_code(word):
    spoken = re.compile(rf"(?<![a-z]){word.split()[0]}s?(?![a-z])", re.IGNORECASE)

    assert any(spoken.search(path.read_text("utf-8")) for path in python_files("core", "bot"))


def test_no_word_stands_twice():
    assert len(set(WORDS)) == len(WORDS) > 40
