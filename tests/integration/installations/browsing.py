"""What a browser does between us and Slack."""

import re
from urllib.parse import parse_qs, urlsplit

import aiohttp


async def begin(browser: aiohttp.ClientSession) -> str:
    """The state that Slack is given."""
    async with browser.get("/slack/install?go=1", allow_redirects=False) as answer:
        assert answer.status == 303
        return parse_qs(urlsplit(answer.headers["Location"]).query)["state"][0]


async def come_back(browser: aiohttp.ClientSession, **query: str) -> tuple[int, str, str]:
    """(status, where to, words)."""
    async with browser.get("/slack/oauth_redirect", params=query, allow_redirects=False) as answer:
        words = re.sub(r"<[^>]+>", " ", (await answer.text()).partition("<main>")[2])
        return answer.status, answer.headers.get("Location", ""), words
