"""Who decides that a tool runs: never the model."""

from typing import Any

import pytest

from core.gateway.approvals.model import ApprovalRule
from core.gateway.tools.model import Ground, Tool, ToolPolicy, decide

EMPTY = Ground()
DANGER = {"read_untrusted": True, "read_private": True}


async def run(context: Any, caller: Any, arguments: Any) -> str:
    return ""


def tool(effect: Any = "reads", **more: Any) -> Tool:
    names = ("url", "to", "channel", "body")
    schema = {"type": "object", "properties": {name: {"type": "string"} for name in names}}
    return Tool("act", "Acts.", schema, effect, run, **more)


FETCH = tool(addresses=("url",), outside=True)
SEND = tool("writes", recipients=("to",), channels=("channel",))
ALLOWED = ToolPolicy(rules={"act": "allow"})


def verdict(tool: Tool, policy: ToolPolicy, ground: Ground = EMPTY, **arguments: Any) -> str:
    return decide(tool, policy, arguments, ground).verdict


def test_unset_a_read_is_allowed_and_a_write_asks():
    assert verdict(tool(), ToolPolicy()) == "allow"
    assert verdict(SEND, ToolPolicy(), Ground(("tell ben",)), to="ben") == "ask"


@pytest.mark.parametrize("policy", [ToolPolicy(rules={"act": "never"}), ToolPolicy(frozenset())])
def test_what_an_agent_does_not_have_is_refused(policy):
    assert verdict(tool(), policy) == "refuse"


@pytest.mark.parametrize(
    "words",
    [
        "read https://lumen.test/a?b=1 please",
        "read (https://lumen.test/a?b=1).",
        "look: LUMEN.test/a?b=1, thanks",
        "“https://lumen.test/a?b=1”",
    ],
)
def test_an_address_in_the_persons_own_words_is_opened(words):
    assert verdict(FETCH, ToolPolicy(), Ground((words,)), url="https://lumen.test/a?b=1") == "allow"


@pytest.mark.parametrize(
    "address",
    [
        "https://lumen.test/a?b=1&leak=secret",
        "https://lumen.test/a",
        "https://lumen.test.evil.test/a?b=1",
        "https://lumen.test@evil.test/a?b=1",
        "http://lumen.test/a?b=1",
        "file:///etc/passwd",
        "https://evil.test/",
        "https://lumen.test/a?b=1\u200b",
        "https://lumen.test\\@evil.test",
        "",
    ],
)
def test_any_other_address_is_refused(address):
    ground = Ground(("read https://lumen.test/a?b=1 please",))

    assert verdict(FETCH, ALLOWED, ground, url=address) == "refuse"


def test_an_address_inside_a_list_or_declared_by_the_schema_alone_is_looked_at_too():
    schema = {"properties": {"pages": {"type": "array", "items": {"format": "uri"}}}}
    listed = Tool("act", "", schema, "reads", run)

    assert verdict(listed, ALLOWED, pages=["https://evil.test"]) == "refuse"


ADDRESS = {"type": "string", "format": "uri"}
WRAPPED = {"properties": {"where": ADDRESS, "title": {"type": "string"}}}


@pytest.mark.parametrize(
    ("page", "given"),
    [
        ({"anyOf": [ADDRESS, {"type": "null"}]}, "https://evil.test"),
        (WRAPPED, {"where": "https://evil.test", "title": "Hooks"}),
        ({"items": WRAPPED}, [{"where": "https://evil.test"}]),
        ({"additionalProperties": ADDRESS}, {"any": "https://evil.test"}),
        ({"allOf": [WRAPPED]}, {"where": "https://evil.test"}),
    ],
)
def test_a100_an_address_that_nobody_named_is_refused_however_deep_it_lies(page, given):
    fetch = Tool("act", "", {"properties": {"page": page}}, "reads", run)
    named = Ground(("please read https://evil.test",))

    assert verdict(fetch, ALLOWED, page=given) == "refuse"
    assert verdict(fetch, ALLOWED, named, page=given) == "allow"


@pytest.mark.parametrize(
    ("entry", "address", "expected"),
    [
        ("docs.lumen.test", "https://docs.lumen.test/a?x=1", "allow"),
        ("https://lumen.test/docs", "https://lumen.test/docs/a", "allow"),
        ("https://lumen.test/docs", "https://lumen.test/docs-of-evil", "refuse"),
        ("https://lumen.test/docs", "https://lumen.test/docs/../private", "refuse"),
        ("https://lumen.test/docs", "https://lumen.test/docs/%2e%2e/private", "refuse"),
        ("lumen.test", "https://evil.test/?lumen.test", "refuse"),
    ],
)
def test_an_admins_list_opens_what_it_names(entry, address, expected):
    assert verdict(FETCH, ToolPolicy(addresses=(entry,)), url=address) == expected


def test_rule_of_two_a_write_asks_although_the_policy_allows_it():
    words = ("send it to ben",)

    assert verdict(SEND, ALLOWED, Ground(words), to="ben") == "allow"
    assert verdict(SEND, ALLOWED, Ground(words, read_untrusted=True), to="ben") == "allow"
    assert verdict(SEND, ALLOWED, Ground(words, **DANGER), to="ben") == "ask"
    assert verdict(FETCH, ALLOWED, Ground(("lumen.test",), **DANGER), url="lumen.test") == "ask"


@pytest.mark.parametrize("party", ["eve", "be", "ben@evil.test", "ben.evil"])
def test_a_recipient_that_nobody_has_named_asks(party):
    assert verdict(SEND, ALLOWED, Ground(("send it to ben",)), to=party) == "ask"


@pytest.mark.parametrize("channel", ["general", "#general", "#General"])
def test_a_channel_that_the_person_has_named_is_one(channel):
    assert verdict(SEND, ALLOWED, Ground(("post it in #general.",)), channel=channel) == "allow"


def test_what_a_tool_returns_stays_on_the_ground():
    ground = Ground(("a",)).after(tool(untrusted=True)).after(tool()).after(tool(private=True))

    assert ground == Ground(("a",), **DANGER)


@pytest.mark.parametrize(
    ("rule", "person", "is_admin", "may"),
    [
        (ApprovalRule(), "U1", False, True),
        (ApprovalRule(), "U2", True, False),
        (ApprovalRule("admin"), "U1", False, False),
        (ApprovalRule("admin"), "U2", True, True),
        (ApprovalRule("two"), "U2", False, True),
        (ApprovalRule("group", ("U3",)), "U3", False, True),
        (ApprovalRule("group", ("U3",)), "U1", True, False),
    ],
)
def test_who_may_say_yes(rule, person, is_admin, may):
    assert rule.may_approve(person, requester="U1", is_admin=is_admin) is may


REMEMBER = tool("writes", quotes=("body",), always_asks=True)
SAID = Ground(
    ("Hi! Please remember: I work from Lisbon — on Fridays; for € 500, not more. 我在里斯本工作",)
)


@pytest.mark.parametrize(
    "quoted",
    [
        "I work from Lisbon",
        "i  work\nfrom LISBON, on Fridays.",
        "for €500, not more",
        "我在里斯本",
    ],
)
def test_a_quotation_of_the_person_is_asked_about(quoted):
    assert verdict(REMEMBER, ToolPolicy(), SAID, body=quoted) == "ask"


@pytest.mark.parametrize(
    "invented",
    [
        "",
        "…",
        "I work from Porto",
        "I work on Fridays",
        "Fridays on Lisbon",
        "I work from Lis",
        "for $500",
        "for €50",
        "not more. 里斯本",
        "I work from Lis\u200bbon",
        "I work from Lisbon\U000e0041",
    ],
)
def test_what_the_person_did_not_say_word_for_word_is_refused_without_a_card(invented):
    assert verdict(REMEMBER, ALLOWED, SAID, body=invented) == "refuse"


def test_words_that_were_only_read_are_no_quotation():
    read = Ground((), read_untrusted=True, read_private=True)

    assert verdict(REMEMBER, ToolPolicy(), read, body="I work from Lisbon") == "refuse"


def test_what_always_asks_is_spared_the_click_by_no_policy():
    assert verdict(REMEMBER, ALLOWED, SAID, body="I work from Lisbon") == "ask"


def test_whose_yes_is_needed_may_depend_on_the_arguments_and_then_on_nothing_else():
    two = tool(
        "writes", approval_of=lambda a: ApprovalRule("admin" if a.get("to") else "requester")
    )
    lax = ToolPolicy(approvals={"act": ApprovalRule("requester")})

    assert lax.approval(two, {"to": "all"}).approvers == "admin"
    assert lax.approval(two, {}).approvers == "requester"
