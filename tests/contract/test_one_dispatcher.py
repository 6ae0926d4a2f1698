"""Nothing calls a tool but the dispatcher."""

import ast
from pathlib import Path

from tests.contract.repository import PACKAGES, named, parsed, python_files

DISPATCHER = "core/gateway/tools/dispatcher.py"
TOOLS = "core.gateway.tools"


def calls_of_a_tool(tree: ast.Module) -> list[int]:
    """Lines that take `run` of something, where tools are known at all."""
    knows_tools = any(
        isinstance(node, ast.ImportFrom) and (node.module or "").startswith(TOOLS)
        for node in ast.walk(tree)
    )
    return [
        node.lineno
        for node in ast.walk(tree)
        if knows_tools
        and isinstance(node, ast.Attribute)
        and node.attr == "run"
        and isinstance(node.ctx, ast.Load)
    ]


def test_only_the_dispatcher_calls_a_tool():
    found = [
        f"{named(path)}:{line}"
        for path in python_files(*PACKAGES)
        for line in calls_of_a_tool(parsed(Path(path)))
    ]

    assert [place.split(":")[0] for place in found] == [DISPATCHER]


def test_another_way_to_call_one_is_noticed():
    planted = (
        f"from {TOOLS}.model import Tool\nasync def f(tool: Tool):\n    await tool.run(1, 2, 3)\n"
    )

    assert calls_of_a_tool(ast.parse(planted)) == [3]
