"""What comes in without Slack's signature, or with one that is not good any more (A1 to A10)."""

import asyncio
import json
import os
from urllib.parse import urlencode

import pytest

from bot.intake import http as door_module
from tests.attacks.door import Door, new_event_id

CANARY = "canary-of-the-body"


async def test_a01_an_unsigned_event_is_refused_before_anything_reads_it(door: Door, caplog):
    """Refused with 401; no parser and no listener sees it: what is no JSON is refused the same."""
    event_id = new_event_id()
    unsigned = await door.knock(door.said(CANARY, event_id), {"Content-Type": "application/json"})
    unreadable = await door.knock(b"\x00\xff{")

    assert unsigned == unreadable == (401, "401: Unauthorized")
    assert await door.stored(event_id) == []
    assert CANARY not in caplog.text


@pytest.mark.parametrize("path", ["events", "commands", "interactivity"])
@pytest.mark.parametrize("forged", ["body", "timestamp", "secret", "signature"])
async def test_a02_a_single_changed_byte_is_refused(door: Door, path, forged, caplog):
    """One byte of body, timestamp or secret is another: 401, and nothing is stored or logged."""
    event_id = new_event_id()
    body = door.said(CANARY, event_id)
    headers = door.signed(body)
    if forged == "body":
        body = body.replace(b"canary", b"canarz")
    elif forged == "timestamp":
        stamp = int(headers["X-Slack-Request-Timestamp"])
        headers["X-Slack-Request-Timestamp"] = str(stamp + 1)
    elif forged == "secret":
        secret = door.stage.sandbox.credentials["signing_secret"]
        headers = door.signed(body, secret=secret[:-1] + ("0" if secret[-1] != "0" else "1"))
    else:
        last = headers["X-Slack-Signature"][-1]
        headers["X-Slack-Signature"] = headers["X-Slack-Signature"][:-1] + (
            "0" if last != "0" else "1"
        )
    status, _ = await door.knock(body, headers, path)

    assert status == 401
    assert await door.stored(event_id) == []
    assert "canar" not in caplog.text


async def test_a03_an_exact_replay_ten_times_has_one_effect(working_door: Door):
    """Ten times 200 within the window, and the person sees one answer."""
    body, headers = await working_door.overheard("hello")
    event_id = json.loads(body)["event_id"]
    statuses = [(await working_door.knock(body, headers))[0] for _ in range(5)]
    await working_door.until_done(event_id)
    answers = await working_door.answers()
    # When the work is done, and all at once.
    later = await asyncio.gather(*(working_door.knock(body, headers) for _ in range(5)))
    second, signature = await working_door.overheard("hello again")
    await working_door.knock(second, signature)
    await working_door.until_done(json.loads(second)["event_id"])

    assert statuses + [status for status, _ in later] == [200] * 10
    assert await working_door.stored(event_id) == ["done"]
    assert len(answers) == 1
    assert len(await working_door.answers()) == 2


async def test_two_requests_with_the_same_signed_body_at_once_have_one_effect(door: Door):
    """Whichever comes first is stored; the other finds it there. Both are acknowledged."""
    for _ in range(20):
        body = door.said()
        headers = door.signed(body)
        both = await asyncio.gather(door.knock(body, headers), door.knock(body, headers))

        assert [status for status, _ in both] == [200, 200]
        assert await door.stored(json.loads(body)["event_id"]) == ["waiting"]


async def test_two_requests_with_the_same_signed_command_at_once_have_one_effect(door: Door):
    """The same for what Slack never repeats itself: only somebody else would."""
    form = {"team_id": door.workspace["id"], "command": "/ask", "text": "x", "trigger_id": "1.2.x"}
    body = urlencode(form).encode()
    headers = door.signed(body)
    both = await asyncio.gather(*(door.knock(body, headers, "commands") for _ in range(2)))

    assert [status for status, _ in both] == [200, 200]
    assert await door.stored("command:1.2.x") == ["waiting"]


@pytest.mark.parametrize(
    ("age", "status"), [(301, 401), (-302, 401), (298, 200), (-299, 200)], ids=str
)
async def test_a04_a_signature_is_good_for_five_minutes_either_way(door: Door, age, status, caplog):
    """Older, or further in the future, than 300 seconds: 401, and an alarm without the body."""
    event_id = new_event_id()
    body = door.said(CANARY, event_id)

    assert (await door.knock(body, door.signed(body, age=age)))[0] == status
    assert await door.stored(event_id) == (["waiting"] if status == 200 else [])
    assert ("this machine's clock is wrong" in caplog.text) is (status == 401)
    assert CANARY not in caplog.text


@pytest.mark.parametrize(
    "body",
    [b"{", b"[" * 200_000, b"[]", b"\xff\xfe", b'"' + b"\\" * 9, b"", b'{"a":' * 100_000],
    ids=["cut", "deep", "array", "not utf-8", "cut text", "empty", "deep objects"],
)
async def test_a07_malformed_json_without_a_signature_is_401_and_no_traceback(
    door: Door, body, caplog
):
    """Cut, 200,000 levels deep, an array, not UTF-8: 401, and not one traceback in the log. With
    the signature it is a plain 400."""
    assert (await door.knock(body))[0] == 401
    assert (await door.knock(body, door.signed(body)))[0] == 400
    assert "Traceback" not in caplog.text
    assert not [record for record in caplog.records if record.exc_info]


def pressed(door: Door, trigger: str, **more: object) -> bytes:
    """A button pressed, as Slack sends it."""
    payload = {"type": "block_actions", "team": {"id": door.workspace["id"]}, "trigger_id": trigger}
    return urlencode({"payload": json.dumps(payload | more)}).encode()


@pytest.mark.parametrize("depth", [300, 900])
@pytest.mark.parametrize("trigger", ["1.2.deep", ""])
async def test_a07_a_signed_press_nested_deeper_than_json_is_written_is_400_and_no_traceback(
    door: Door, depth, trigger, caplog
):
    """It can be read, and could not be stored: with 503, Slack's signature would make it come again."""
    nested: object = CANARY
    for _ in range(depth):
        nested = {"a": nested}
    body = pressed(door, trigger, nested=nested)

    assert (await door.knock(body, door.signed(body), "interactivity"))[0] == 400
    assert not [record for record in caplog.records if record.exc_info]
    assert CANARY not in caplog.text


@pytest.mark.parametrize("kind", ["block_suggestion", "block_actions"])
@pytest.mark.parametrize(
    "odd", [{"user": True}, {"enterprise": 1.5}, {"action_id": 1}, {"team": {"id": "T\0"}}], ids=str
)
async def test_a07_a_signed_interaction_of_another_shape_is_400_and_no_traceback(
    door: Door, kind, odd, caplog
):
    """A menu has no worker between it and Bolt, which takes a number for an object and stumbles."""
    whole = {"type": kind, "action_id": "pick", "block_id": "b", "value": CANARY}
    body = pressed(door, new_event_id(), **whole | odd)

    assert (await door.knock(body, door.signed(body), "interactivity"))[0] == 400
    assert not [record for record in caplog.records if record.exc_info]
    assert CANARY not in caplog.text


@pytest.mark.parametrize("path", ["events", "commands", "interactivity"])
async def test_a07_a_signed_name_too_long_for_any_index_is_400_and_no_traceback(
    door: Door, path, caplog
):
    """An event's id of 8,000 characters that no compression shortens."""
    name = os.urandom(4_000).hex()
    command = {"team_id": door.workspace["id"], "command": "/ask", "trigger_id": name}
    body = {
        "events": door.said(event_id=name),
        "commands": urlencode(command).encode(),
        "interactivity": pressed(door, name),
    }[path]

    assert (await door.knock(body, door.signed(body), path))[0] == 400
    assert not [record for record in caplog.records if record.exc_info]


async def test_a08_an_unsigned_ssl_check_does_not_carry_an_event_past_the_signature(door: Door):
    """`ssl_check=1` with an event beside it is refused like any unsigned request; signed, it gets
    an empty 200 and nothing of it is stored."""
    event_id = new_event_id()
    form = {"ssl_check": "1", "payload": door.said(event_id=event_id).decode()}
    form |= {"team_id": door.workspace["id"], "command": "/ask", "trigger_id": event_id}
    body = urlencode(form).encode()
    paths = ("commands", "interactivity")
    unsigned = [(await door.knock(body, path=path))[0] for path in paths]
    signed = [await door.knock(body, door.signed(body), path) for path in paths]

    assert unsigned == [401, 401]
    assert signed == [(200, "")] * 2
    assert await door.stored(event_id) == await door.stored(f"command:{event_id}") == []


async def test_a09_a_body_of_more_than_a_megabyte_is_413_with_and_without_a_length(door: Door):
    """Chunked, so that nobody knows its length before: cut at the limit, and 413."""
    large = b"x" * (door_module.LARGEST_BODY + 1)

    async def chunks():
        for start in range(0, len(large), 65_536):
            yield large[start : start + 65_536]

    assert (await door.knock(large, door.signed(large)))[0] == 413
    assert (await door.knock(chunks(), door.signed(large)))[0] == 413


async def test_a09_a_body_that_comes_byte_by_byte_is_cut_within_thirty_seconds(door: Door):
    """One byte a second: the request ends with 408 long before its body does. Without Slack's headers
    it is a 401 at once."""
    started = asyncio.get_running_loop().time()
    length, body = "Content-Length: 1000\r\n", b"{" * 1000
    signed = "".join(f"{name}: {value}\r\n" for name, value in door.signed(body).items())

    assert b" 408 " in await door.raw(signed + length, body, pause=1.0)
    assert b" 401 " in await door.raw(length, body, pause=1.0)
    assert asyncio.get_running_loop().time() - started < 30


async def test_a10_an_unsigned_challenge_is_not_echoed(door: Door):
    """Who cannot sign learns nothing and gets nothing repeated."""
    body = json.dumps({"type": "url_verification", "challenge": "sesame"}).encode()
    unsigned = await door.knock(body)

    assert unsigned[0] == 401
    assert "sesame" not in unsigned[1]
    assert "sesame" in (await door.knock(body, door.signed(body)))[1]
