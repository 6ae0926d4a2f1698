"""The house keeps its shape: short functions, short files, small folders."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.contract.repository import PACKAGES, ROOT, named, parsed, python_files

LONGEST_FUNCTION = 40
LONGEST_FILE = 300
FULLEST_FOLDER = 8
PRODUCT = (*PACKAGES, "bench")
# Programs of their own, and no tests: what judges the product is to be as readable as it is.
RUNNERS = ("tests/faults", "tests/pictures")
REFUSED_NAMES = ("utils", "util", "helpers", "helper", "manager", "misc", "common")

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


def test_no_function_is_longer_than_a_screen():
    long = [
        f"{named(path)}:{line} {name} has {length} lines"
        for path in python_files(*PRODUCT, *RUNNERS)
        for name, line, length in functions(parsed(path))
        if length > LONGEST_FUNCTION
    ]

    assert not long, "\n".join(long)


def test_a_long_function_is_noticed():
    body = "\n".join(f"    step({number})" for number in range(LONGEST_FUNCTION))
    planted = ast.parse(f"async def long():\n{body}\n")

    assert list(functions(planted)) == [("long", 1, LONGEST_FUNCTION + 1)]


def test_no_file_is_longer_than_300_lines():
    long = [
        f"{named(path)} has {length} lines"
        for path in python_files(*PRODUCT, "tests")
        if (length := len(path.read_text("utf-8").splitlines())) > LONGEST_FILE
    ]

    assert not long, "\n".join(long)


def test_no_folder_holds_more_than_eight_modules():
    full = [
        f"{named(folder)} has {len(modules)} modules: split it by noun"
        for folder, modules in folders()
        if len(modules) > FULLEST_FOLDER
    ]

    assert not full, "\n".join(full)


def test_every_module_is_named_for_what_it_is():
    refused = [named(path) for path in python_files(*PRODUCT) if path.stem in REFUSED_NAMES]

    assert not refused


def test_every_module_of_the_product_says_what_it_is():
    silent = [
        named(path)
        for path in python_files(*PRODUCT)
        if path.name != "__init__.py" and not ast.get_docstring(parsed(path))
    ]

    assert not silent


def test_every_folder_of_modules_is_a_package():
    loose = [named(folder) for folder, _ in folders() if not (folder / "__init__.py").is_file()]

    assert not loose


def functions(tree: ast.Module) -> Iterator[tuple[str, int, int]]:
    """(name, first line, number of lines) of each function; decorators do not count."""
    for node in ast.walk(tree):
        if isinstance(node, FunctionNode):
            assert node.end_lineno
            yield node.name, node.lineno, node.end_lineno - node.lineno + 1


def folders() -> Iterator[tuple[Path, list[str]]]:
    roots = [ROOT / name for name in PRODUCT]
    for folder in [*roots, *(sub for root in roots for sub in sorted(root.rglob("*")))]:
        if folder.is_dir():
            modules = [path.name for path in folder.glob("*.py") if path.name != "__init__.py"]
            if modules:
                yield folder, modules
