"""A83: forms that are made to be costly or misread. Unsigned they are refused unread; signed, by the count
of their fields or for what they lack. Files never come in a form: Slack is asked for them."""

from urllib.parse import urlencode

import pytest

from tests.attacks.door import Door, new_event_id

FORM = "application/x-www-form-urlencoded"
PARTS = b"".join(
    b'--b\r\nContent-Disposition: form-data; name="f%d"; filename="a"\r\n\r\nx\r\n' % number
    for number in range(1_000)
)
MULTIPART = "multipart/form-data"
PATHS = ("events", "commands", "interactivity")


def command(door: Door, trigger: str) -> dict[str, str]:
    """What Slack sends for `/aegis help`."""
    return {
        "command": "/aegis",
        "text": "help",
        "api_app_id": door.stage.sandbox.world.app.id,
        "team_id": door.workspace["id"],
        "user_id": door.stage.person_id("ana"),
        "channel_id": door.direct,
        "trigger_id": trigger,
    }


async def posted(door: Door, path: str, body: bytes, media: str) -> tuple[int, int]:
    """The status without a signature and with one."""
    unsigned, _ = await door.knock(body, {"Content-Type": media}, path)
    signed, _ = await door.knock(body, door.signed(body) | {"Content-Type": media}, path)
    return unsigned, signed


async def test_a83_a_form_of_ten_thousand_fields_is_refused_and_not_kept(door: Door):
    """The command in it is a good one: with its own fields alone it is taken."""
    trigger = new_event_id()
    fields = command(door, trigger)
    many = urlencode(fields | {f"field{number}": "x" for number in range(10_000)}).encode()

    assert await posted(door, "commands", many, FORM) == (401, 400)
    assert await door.stored(f"command:{trigger}") == []
    assert await posted(door, "commands", urlencode(fields).encode(), FORM) == (401, 200)
    assert len(await door.stored(f"command:{trigger}")) == 1


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("media", [f"{MULTIPART}; boundary=b", MULTIPART])
async def test_a83_a_thousand_parts_with_and_without_a_boundary_are_refused(door, path, media):
    assert await posted(door, path, PARTS + b"--b--\r\n", media) == (401, 400)
