"""The page's files are served from their folder, and nothing else is."""

import aiohttp
import pytest
from yarl import URL

from bot.sandbox import Sandbox
from bot.sandbox.control.page import _find


async def test_the_page_is_served_under_a_strict_policy(http: aiohttp.ClientSession) -> None:
    if _find("index.html") is None:
        pytest.skip("the page is not here yet")
    async with http.get("/") as response:
        assert (response.status, response.content_type) == (200, "text/html")
        policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    "path",
    [
        "%2e%2e/server.py",
        "..%2fserver.py",
        "%2e%2e%5cserver.py",
        ".hidden",
        "js/",
        "%00",
        "nothing.js",
        "%2fetc%2fpasswd",
    ],
)
async def test_no_path_leads_out_of_the_folder(
    http: aiohttp.ClientSession, sandbox: Sandbox, path: str
) -> None:
    async with http.get(URL(f"{sandbox.url}/static/{path}", encoded=True)) as response:
        assert response.status == 404
