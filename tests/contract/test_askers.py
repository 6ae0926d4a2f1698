"""Nobody says themselves what may be seen: whose documents answer is worked out in one place."""

import ast

from tests.contract.repository import PACKAGES, named, parsed, python_files

ACCESS = "core/knowledge/access/"
MADE = {"Asker", "Sight"}
# Where the nouns are, and where what a person may forget falls back to their own and the workspace's.
KNOWN = {"core/knowledge/model.py", "core/knowledge/forget_document.py"}


def makers(tree: ast.Module) -> list[int]:
    """Lines that make an asker or a sight."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in MADE
        and (node.args or node.keywords)
    ]


def test_askers_are_made_where_slack_is_asked_who_reads_along():
    found = {named(path) for path in python_files(*PACKAGES) if makers(parsed(path))}

    assert {path for path in found if not path.startswith(ACCESS)} <= KNOWN
    assert f"{ACCESS}find_asker.py" in found


def test_another_maker_is_noticed():
    assert makers(ast.parse("asker = Asker(person, private=True)")) == [1]
    assert makers(ast.parse("sight = Sight()\nmore = Sight(workspace=True)")) == [2]
