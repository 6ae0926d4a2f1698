"""What an admin reads of a server: its own words are plain text, in which nothing is live."""

import json
from dataclasses import replace

from core.agents.ready_roster import ready_roster
from core.connections.mcp.model import OfferedTool, ToolServer
from handlers.blocks.rendered import MOST_BLOCKS, MOST_TEXT
from handlers.blocks.servers.forms import (
    ADD_FORM,
    add_form,
    allow_form,
    read_add_form,
    read_allow_form,
)
from handlers.blocks.servers.pages import server_page, servers_list
from handlers.servers.forms import hide_token

ORDER = "<!channel> <https://evil.test|click> *bold* \u202e"
WIRE = ToolServer(
    "wire",
    "https://mcp.test/mcp",
    (OfferedTool("echo", ORDER, {}, "d1", (("text", ORDER),)), OfferedTool("drop", "", {}, "d2")),
    {"echo": "reads", "drop": "asks"},
    agents=frozenset({"finance"}),
    version=3,
)
NAMES = {agent.key: agent.name for agent in ready_roster().everyone}


def texts(blocks, kind):
    return [b["text"]["text"] for b in blocks if b.get("text", {}).get("type") == kind]


def test_what_a_server_says_is_plain_text():
    page = server_page(WIRE, NAMES)

    assert "<!channel>" in "".join(texts(page.blocks, "plain_text"))
    assert "<!channel>" not in "".join(texts(page.blocks, "mrkdwn")) + page.text
    assert "\u202e" not in json.dumps(page.blocks, ensure_ascii=False)


def test_a_server_with_much_to_say_fits_what_slack_takes():
    offered = tuple(OfferedTool(f"t{n}" * 30, "x" * 2_000, {}, "d") for n in range(60))
    server = replace(WIRE, offered=offered, uses={tool.name: "asks" for tool in offered})
    for page in (server_page(server, NAMES), servers_list([server] * 10, NAMES)):
        assert len(page.blocks) <= MOST_BLOCKS
        assert all(len(b["text"]["text"]) <= MOST_TEXT for b in page.blocks)
        assert len(page.text) <= MOST_TEXT


def test_what_was_changed_is_not_picked_and_what_is_unfit_is_not_offered():
    odd = OfferedTool("odd", "", {}, "d3", unfit="Too odd.")
    server = replace(WIRE, offered=(*WIRE.offered, odd), changed=frozenset({"echo"}))
    form = json.dumps(allow_form(server, ready_roster().everyone))

    assert '"value": "odd"' not in form
    assert form.count('"value": "drop"') == 3  # offered in both lists, picked in one
    assert form.count('"value": "echo"') == 2


def test_a_tool_in_both_lists_asks():
    def picked(*names):
        return {"value": {"selected_options": [{"value": name} for name in names]}}

    values = {"reads": picked("a", "b"), "asks": picked("b"), "agents": picked("finance")}

    assert read_allow_form({"state": {"values": values}}) == (
        {"a": "reads", "b": "asks"},
        {"finance"},
    )
    assert read_allow_form({"state": 7}) == ({}, frozenset())


def test_a_token_is_never_in_a_form():
    assert "tok-1" not in json.dumps(add_form({"key": "a", "url": "b", "token": "tok-1"}))


def test_without_a_tenant_a_token_is_dropped_and_other_forms_are_left_alone():
    view = {"callback_id": ADD_FORM, "state": {"values": {"token": {"value": {"value": "tok-1"}}}}}
    raw = json.dumps({"type": "view_submission", "view": view})
    hidden = json.loads(hide_token(None, raw))
    other = json.dumps({"view": {"callback_id": "other", "note": ADD_FORM}})

    assert read_add_form(hidden["view"])["token"] == ""
    assert hide_token(None, other) == other
