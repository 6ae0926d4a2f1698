"""A script is read whole before it runs, and what is wrong with it is named with its step."""

import pytest

from bot.cli.script.model import ScriptError, read_script

GOOD = """
- {workspace: northwind, person: ana, in: dm, say: Hello}
- {thread: last, say: And more, within: 5}
- {person: ben, stop: }
"""


@pytest.fixture
def read(tmp_path):
    def from_text(text: str):
        path = tmp_path / "script.yaml"
        path.write_text(text, "utf-8")
        return read_script(path)

    return from_text


def test_place_and_person_are_kept_from_the_step_before(read):
    first, second, third = read(GOOD).steps

    assert (second.workspace, second.person, second.place) == ("northwind", "ana", "dm")
    assert second.thread == "last"
    assert second.within_s == 5
    assert (third.action, third.person) == ("stop", "ben")
    assert first.expects_answer


def test_windows_need_no_conversation(read):
    steps = read(
        """
        - {workspace: northwind, person: ana, open_home: true}
        - {press: Edit, value: finance}
        - {submit: {name: Fina}, refused: true}
        - {submit: true}
        - {pick: {agents.default: Finn}}
        - {close: all}
        """
    ).steps

    assert [step.details for step in steps] == [
        {},
        {"value": "finance"},
        {"fields": {"name": "Fina"}, "refused": True},
        {"fields": {}, "refused": False},
        {"menu": "agents.default", "option": "Finn"},
        {"all": True},
    ]
    assert {step.person for step in steps} == {"ana"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "list of steps"),
        ("say: hi", "list of steps"),
        ("- hi", "step 1: must be a mapping"),
        ("- {workspace: a, person: b, in: dm}", "exactly one of say, command"),
        ("- {workspace: a, person: b, in: dm, say: x, stop: }", "exactly one of"),
        ("- {say: hi}", "says no workspace and no person and no in"),
        ("- {workspace: a, person: b, in: dm, say: }", "`say` is empty"),
        ("- {workspace: a, person: b, in: dm, say: x, shout: y}", "does not know shout"),
        ("- {workspace: a, person: b, in: dm, upload: no.md}", "no such file"),
        ("- {workspace: a, person: b, in: dm, say: x, within: soon}", "number of seconds"),
        ("- {workspace: [", "is not YAML"),
        ("- {install: lumen}", "`install` needs details"),
        ("- {install: {workspace: lumen}}", "`install` says no person"),
        ("- {install: {person: iris}}", "no workspace and no organization"),
        ("- {uninstall: {workspace: lumen, now: yes}}", "`uninstall` does not know now"),
        ("- {expire_token: {}}", "`expire_token` needs details"),
        ("- {faults: {duplicates: 2}, say: x}", "exactly one of"),
        ("- {workspace: a, open_home: true}", "says no person"),
        ("- {workspace: a, person: b, open_home: false}", "`open_home` is true"),
        ("- {workspace: a, person: b, close: some}", "`close` is true or all"),
        ("- {workspace: a, person: b, press: }", "`press` is empty"),
        ("- {workspace: a, person: b, pick: Finn}", "`pick` needs a mapping"),
        ("- {workspace: a, person: b, pick: {a: b, c: d}}", "`pick` is one menu"),
        ("- {workspace: a, person: b, submit: Zoe}", "`submit` needs a mapping"),
        ("- {workspace: a, person: b, submit: {}, value: x}", "`value` goes with `press`"),
        ("- {workspace: a, person: b, press: Edit, refused: true}", "`refused` goes with"),
        ("- {workspace: a, person: b, shortcut: Why}", "says no in"),
    ],
)
def test_what_is_wrong_is_named(read, text, words):
    with pytest.raises(ScriptError, match="(?s)" + words.replace("`", ".")):
        read(text)


def test_what_is_done_to_the_sandbox_has_its_details_and_moves_nobody(read):
    said, faults, installed, more = read("""
- {workspace: northwind, person: ana, in: dm, say: Hello}
- {faults: {duplicates: 2, slow_s: 0.1}}
- {install: {workspace: lumen, person: iris}, within: 7}
- {say: And more}
""").steps

    assert (faults.action, faults.details) == ("faults", {"duplicates": 2, "slow_s": 0.1})
    assert (installed.workspace, installed.person, installed.within_s) == ("lumen", "iris", 7)
    assert (more.workspace, more.person) == (said.workspace, said.person) == ("northwind", "ana")
