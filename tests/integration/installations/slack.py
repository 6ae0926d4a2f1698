"""As much of Slack as an installation meets: codes, tokens that expire and are renewed, `auth.test`,
`auth.teams.list`.

Source of shapes and words: docs.slack.dev, oauth.v2.access, "Using token rotation", the methods' own.
"""

import asyncio
import base64
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

CLIENT_ID, CLIENT_SECRET, APP_ID = "100.200", "client-secret-of-the-test", "A0AEGIS"


@dataclass
class SmallSlack:
    """What is good there, and what was asked."""

    url: str = ""
    rotates: bool = True
    same: bool = False  # one token for each team, however often it is asked for
    seconds: int = 43_200
    codes: dict[str, dict[str, Any]] = field(default_factory=dict)
    tokens: dict[str, dict[str, Any]] = field(default_factory=dict)
    refreshes: dict[str, dict[str, Any]] = field(default_factory=dict)
    dead: dict[str, str] = field(default_factory=dict)  # token → why
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    records: dict[str, dict[str, Any]] = field(default_factory=dict)  # person → their record
    granted: dict[str, list[str]] = field(default_factory=dict)  # organization → workspaces
    errors: dict[str, str] = field(default_factory=dict)  # method → what it answers
    page: int = 1000
    passing: dict[str, list[str]] = field(default_factory=dict)  # method → errors, each once
    scopes: str = ""  # what X-OAuth-Scopes says
    is_down: bool = False
    slow_s: float = 0.0
    renewing: asyncio.Event = field(default_factory=asyncio.Event)

    def approve(self, team: str, person: str = "UANA", **more: Any) -> str:
        """The code that a person's approval gives; `team=E…` is a whole organization."""
        code = f"code-{os.urandom(6).hex()}"
        self.codes[code] = {"team": team, "person": person, **more}
        return code

    def count(self, method: str, **wanted: str) -> int:
        return sum(name == method and wanted.items() <= given.items() for name, given in self.asked)

    def kill(self, team: str, why: str = "token_revoked") -> None:
        """Every token of a team, as an uninstallation does."""
        for token, found in self.tokens.items():
            if found["team"] == team:
                self.dead[token] = why
        self.refreshes = {k: v for k, v in self.refreshes.items() if v["team"] != team}

    async def answer(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        form = dict(await request.post()) if request.can_read_body else dict(request.query)
        if request.content_type == "application/json":
            form = {key: str(value) for key, value in (await request.json()).items()}
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        self.asked.append((method, {**form, "token": token}))
        if form.get("grant_type") == "refresh_token":
            self.renewing.set()
        if self.slow_s:
            await asyncio.sleep(self.slow_s)
        if self.is_down:
            return web.Response(status=503, text="away")
        if method == "oauth.v2.access":
            return web.json_response(self._access(request, form))
        why = self.dead.get(token) or (None if token in self.tokens else "invalid_auth")
        if self.passing.get(method):
            why = self.passing[method].pop(0)
        if why:
            return web.json_response({"ok": False, "error": why})
        if method in self.errors:
            return web.json_response({"ok": False, "error": self.errors[method]})
        if method == "auth.revoke":
            self.dead[token] = "token_revoked"
        answer = {"ok": True, "revoked": True, **self._of(method, token, form)}
        return web.json_response(answer, headers={"X-OAuth-Scopes": self.scopes})

    def _of(self, method: str, token: str, form: dict[str, Any]) -> dict[str, Any]:
        whose = self.tokens[token]
        if method == "users.info":
            user = {"id": form["user"], "team_id": form.get("team_id") or whose["team"]}
            return {"user": self.records.get(form["user"], user)}
        if method == "conversations.open":
            return {"channel": {"id": f"D{form['users'][1:]}"}}
        if method == "chat.postMessage":
            return {"ts": "1700000000.000100", "channel": form["channel"]}
        if method == "auth.teams.list":
            return self._listed(whose["team"], form)
        return {"team_id": whose["team"], "user_id": "UBOT", "messages": []}

    def _listed(self, organization: str, form: dict[str, Any]) -> dict[str, Any]:
        begin, limit = int(form.get("cursor") or 0), min(int(form["limit"]), self.page)
        granted = self.granted.get(organization, [])
        end = begin + limit
        return {
            "teams": [{"id": team, "name": f"Name of {team}"} for team in granted[begin:end]],
            "response_metadata": {"next_cursor": str(end) if end < len(granted) else ""},
        }

    def _access(self, request: web.Request, form: dict[str, Any]) -> dict[str, Any]:
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {basic}":
            return {"ok": False, "error": "bad_client_secret"}
        if form.get("grant_type") == "refresh_token":
            found = self.refreshes.pop(str(form["refresh_token"]), None)
            return self._grant(found) if found else {"ok": False, "error": "invalid_refresh_token"}
        found = self.codes.pop(str(form.get("code")), None)
        return self._grant(found) if found else {"ok": False, "error": "invalid_code"}

    def _grant(self, found: dict[str, Any]) -> dict[str, Any]:
        team, is_whole = found["team"], found["team"].startswith("E")
        token = (
            f"xoxe.xoxb-{os.urandom(8).hex()}" if self.rotates else f"xoxb-{os.urandom(8).hex()}"
        )
        if self.same:
            token = f"xoxb-of-{team}"
        self.tokens[token] = found
        answer = {
            "ok": True,
            "app_id": found.get("app_id", APP_ID),
            "token_type": "bot",
            "access_token": token,
            "scope": found.get("scope", "chat:write"),
            "bot_user_id": "UBOT",
            "authed_user": {"id": found["person"]},
            "team": None if is_whole else {"id": team, "name": "A team"},
            "enterprise": {"id": team, "name": "Whole"} if is_whole else None,
            "is_enterprise_install": is_whole,
        }
        if self.rotates:
            refresh = f"xoxe-{os.urandom(8).hex()}"
            self.refreshes[refresh] = found
            answer |= {"refresh_token": refresh, "expires_in": self.seconds}
        return answer


@asynccontextmanager
async def open_slack() -> AsyncIterator[SmallSlack]:
    slack = SmallSlack()
    app = web.Application()
    app.router.add_route("*", "/api/{method}", slack.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    yield slack
    await runner.cleanup()
