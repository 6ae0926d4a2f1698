"""A87: Slack is told not to unfurl links in every call that takes such an argument."""

import ast
from pathlib import Path

from bot.sandbox.webapi.table import load_table

ROOT = Path(__file__).parents[2]
TAKES_IT = {
    name.replace(".", "_")
    for name, method in load_table().methods.items()
    if "unfurl_links" in method.arguments
}


def calls():
    for folder in ("bot", "handlers", "core", "web_oauth"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                    yield path.name, node.func.attr, node.keywords


def test_no_call_lets_slack_unfurl():
    found = [(path, keywords) for path, name, keywords in calls() if name in TAKES_IT]

    assert "chat_postMessage" in TAKES_IT
    assert found
    for path, keywords in found:
        told = {k.arg: k.value.value for k in keywords if isinstance(k.value, ast.Constant)}
        assert (told.get("unfurl_links"), told.get("unfurl_media")) == (False, False), path


def test_streams_and_updates_cannot_be_told_so_what_they_carry_must_be_inert():
    """When Slack adds the argument, this fails, and the pens are to give it."""
    assert not TAKES_IT & {
        "chat_startStream",
        "chat_appendStream",
        "chat_stopStream",
        "chat_update",
    }
