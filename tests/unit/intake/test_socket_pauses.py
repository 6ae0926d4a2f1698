"""How long a lost or refused Socket Mode connection is left alone before the next try."""

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from bot.intake.socket_mode import LOST_SECONDS, _pause
from core.kernel.errors import Postponed


class Answered:
    """As slack_sdk keeps what came back."""

    def __init__(self, status: int, headers: dict[str, str]) -> None:
        self.status_code = status
        self.headers = headers
        self.data = {"ok": False, "error": "ratelimited"}


@pytest.mark.parametrize(
    "error",
    [SlackApiError("no", Answered(429, {"Retry-After": "100"})), Postponed("later", 100.0)],
    ids=["retry-after", "postponed"],
)
def test_what_the_server_asks_for_is_never_cut_short(error):
    pauses = [_pause(error, failed=1) for _ in range(200)]

    assert min(pauses) > 100
    assert max(pauses) < 102
    assert len(set(pauses)) > 100  # else all that were refused at once come back at once


def test_without_a_word_of_the_servers_tries_are_spread():
    pauses = [_pause(aiohttp.ClientError(), failed=9) for _ in range(200)]

    assert LOST_SECONDS[-1] * 0.5 <= min(pauses) < max(pauses) <= LOST_SECONDS[-1] * 1.5
