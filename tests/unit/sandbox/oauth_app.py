"""The product's side of an installation: asks a person, exchanges the code."""

from base64 import b64encode
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from bot.sandbox import Sandbox

BACK = "http://127.0.0.1:9/slack/oauth_redirect"
Json = dict[str, Any]


class App:
    """The product's side of the installation."""

    def __init__(self, sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
        self.sandbox, self.http = sandbox, http

    @property
    def wish(self) -> Json:
        given = self.sandbox.credentials
        wish = {"client_id": given["client_id"], "redirect_uri": BACK, "state": "s1"}
        return wish | {"scope": "chat:write,users:read"}

    async def ask(self, **form: str) -> tuple[int, Json]:
        """Answer the page's form; where it leads."""
        async with self.http.post(
            "/oauth/v2/authorize", data=self.wish | form, allow_redirects=False
        ) as response:
            address = urlsplit(response.headers.get("Location", ""))
            return response.status, {k: v[0] for k, v in parse_qs(address.query).items()}

    async def exchange(self, **changes: Any) -> Json:
        """Ask for a token, with the app's id and secret by HTTP Basic."""
        given = {n: self.sandbox.credentials[n] for n in ("client_id", "client_secret")}
        secrets = {name: changes.pop(name, value) for name, value in given.items()}
        basic = b64encode(":".join(secrets.values()).encode()).decode()
        async with self.http.post(
            "/api/oauth.v2.access",
            data={"redirect_uri": BACK} | changes,
            headers={"Authorization": f"Basic {basic}"},
        ) as response:
            answer = dict(await response.json())
        if not answer["ok"]:
            raise SlackApiError(answer["error"], answer)
        return answer

    async def install(self, who: str) -> Json:
        _, back = await self.ask(**{"as": who, "answer": "allow"})
        return await self.exchange(code=back["code"])

    async def control(self, what: str, **body: Any) -> Json:
        async with self.http.post(f"/sandbox/{what}", json=body) as response:
            assert response.status == 200, await response.text()
            return dict(await response.json())


async def refusal(awaitable: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await awaitable
    return str(caught.value.response["error"])
