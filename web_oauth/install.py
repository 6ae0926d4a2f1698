"""Install AEGIS into a workspace with a browser: `/slack/install` to `/slack/oauth_redirect`.

The browser is bound to its attempt by a cookie, the attempt to the browser by its state. Whoever is
sent here with somebody else's code, an old address or a changed one reads so, and nothing happens.
"""

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from core.db.database import Database
from core.kernel.errors import DomainError, Refused, Unavailable
from core.kernel.ids import new_reference
from core.kernel.secret import Secret
from core.lifecycle.installation.complete_install import complete_install
from core.tenancy.install_workspace import Grant, Provisioner
from core.tenancy.installation.begin_install import STATE_SECONDS, begin_install, take_state
from core.tenancy.installation.discard_token import discard_token
from core.tenancy.installation.model import Approved
from core.tenancy.installation.ports import CodeRefused, SlackOAuth
from core.tenancy.installation.scopes import BOT_SCOPES
from web_oauth.client_rate import ClientRate, client_of
from web_oauth.pages import page

log = logging.getLogger(__name__)

START = "/slack/install"
CALLBACK = "/slack/oauth_redirect"
DONE = "/slack/installed"
DONE_ORGANIZATION = "/slack/installed/organization"
# The prefix makes the browser take it over https (or from this machine) alone, from this host alone.
COOKIE = "__Host-aegis_install"
# Each attempt is a row for ten minutes: so many at once from one address, and one each few seconds.
BURST, SECONDS_EACH = 30, 5.0
_LONGEST = 512  # characters of a code

NOT_YOURS = (
    "This attempt was not begun in this browser, was finished before, or is older than ten minutes."
)
CANCELLED = "You cancelled, so nothing was installed."
NOT_APPROVED = "Slack sent you back without an approval."
TOO_OFTEN = "Too many attempts were begun from where you are. Please try again in a minute."
BROKEN = "Something broke on our side."


@dataclass(frozen=True, slots=True)
class Installer:
    """What the pages need. *authorize* makes Slack's address from a redirect address and a state;
    *base* is where this web surface is reached, by the settings and never by a request's headers."""

    database: Database
    provisioner: Provisioner
    key: Secret
    oauth: SlackOAuth
    authorize: Callable[[str, str], str]
    base: Callable[[web.Request], str]
    slack: str  # where a person opens Slack
    proxies: int = 0  # that stand before this web surface and say for whom they ask


def routes(installer: Installer) -> list[web.RouteDef]:
    """The pages of one app."""
    pages = _Pages(installer)
    return [
        web.get(START, pages.start),
        web.get(CALLBACK, pages.callback),
        web.get(DONE, pages.done),
        web.get(DONE_ORGANIZATION, pages.done_organization),
    ]


class _Pages:
    def __init__(self, installer: Installer) -> None:
        self._installer = installer
        self._rate = ClientRate(BURST, SECONDS_EACH)

    async def start(self, request: web.Request) -> web.StreamResponse:
        if request.query.get("go") != "1":
            return page("install.html", shown={"scopes": sorted(BOT_SCOPES.items())})
        installer = self._installer
        seconds = self._rate.wait(client_of(request, installer.proxies))
        if seconds:
            return _too_often(seconds)
        try:
            begun = await begin_install(
                installer.database, installer.key, request.cookies.get(COOKIE)
            )
        except Exception as error:
            return _problem(error)
        address = installer.authorize(f"{installer.base(request)}{CALLBACK}", begun.state)
        response = _redirect(address)
        response.set_cookie(
            COOKIE,
            begun.browser,
            max_age=int(STATE_SECONDS),
            path="/",
            secure=True,
            httponly=True,
            samesite="Lax",
        )
        return response

    async def callback(self, request: web.Request) -> web.StreamResponse:
        installer, approved = self._installer, None
        try:
            approved = await self._approved(request)
            installed = await complete_install(
                installer.database, installer.provisioner, grant_of(approved)
            )
        except Exception as error:
            unkept = error.unkept if isinstance(error, CodeRefused) else approved
            if unkept is not None:
                await discard_token(installer.database, installer.oauth, unkept)
            return _problem(error)
        return _redirect(DONE_ORGANIZATION if installed.is_organization else DONE)

    async def done(self, request: web.Request) -> web.StreamResponse:
        return page("installed.html", shown={"slack": self._installer.slack})

    async def done_organization(self, request: web.Request) -> web.StreamResponse:
        return page("installed_organization.html", shown={"slack": self._installer.slack})

    async def _approved(self, request: web.Request) -> Approved:
        """What Slack gives for the code in this request. Raises Refused, Unavailable."""
        installer = self._installer
        state, code = _single(request, "state"), _single(request, "code")
        browser = request.cookies.get(COOKIE)
        if not await take_state(installer.database, installer.key, state, browser):
            raise Refused(NOT_YOURS)
        error = _single(request, "error")
        if error:
            raise Refused(CANCELLED if error == "access_denied" else NOT_APPROVED)
        if not code or len(code) > _LONGEST:
            raise CodeRefused(NOT_APPROVED)
        return await installer.oauth.exchange(code, f"{installer.base(request)}{CALLBACK}")


def grant_of(approved: Approved) -> Grant:
    """Whose token it is, a workspace's or an organization's, is told by the id's first letter."""
    return Grant(
        approved.team_id or approved.enterprise_id or "",
        approved.pair.access,
        approved.bot_user_id,
        approved.scopes,
        approved.installed_by,
        approved.pair.refresh,
        approved.pair.expires_in,
    )


def _single(request: web.Request, name: str) -> str:
    """A parameter that stands in the address once; else nothing."""
    found = request.query.getall(name, [])
    return found[0] if len(found) == 1 else ""


def _redirect(address: str) -> web.Response:
    return web.Response(
        status=303,
        headers={
            "Location": address,
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
        },
    )


def _too_often(seconds: float) -> web.Response:
    """Without a line in the log: whoever floods this page shall not flood that, too."""
    shown = {"words": TOO_OFTEN, "reference": new_reference(), "start": START}
    response = page("problem.html", status=429, shown=shown)
    response.headers["Retry-After"] = str(math.ceil(seconds))
    return response


def _problem(error: Exception) -> web.Response:
    """Words for the person, the cause for the log; nothing of the request in either."""
    reference = new_reference()
    shown = {"words": str(error), "reference": reference, "start": START}
    if isinstance(error, DomainError):
        log.warning("not installed: %s", type(error).__name__, extra={"reference": reference})
        status = 503 if isinstance(error, Unavailable) else 400
        return page("problem.html", status=status, shown=shown)
    log.error("an installation failed", exc_info=error, extra={"reference": reference})
    return page("problem.html", status=500, shown=shown | {"words": BROKEN})
