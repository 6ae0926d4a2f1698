"""`/oauth/v2/authorize`: a person reads what the app asks for, and allows it or does not."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from string import Template
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from bot.sandbox.model.installing.codes import Consent
from bot.sandbox.model.installing.organization import Organization
from bot.sandbox.model.people import Person, Workspace
from bot.sandbox.model.world import World

_SCOPE = re.compile(r"[a-z][a-z._:]*")
# A guest may not install an app, nor somebody from another company.
_MAY_INSTALL = ("owner", "admin", "member")
# Only the workspaces made by hand are offered; a load test's hundreds would hide them.
_MOST_OFFERED = 40
_HEADERS = {
    # No form-action: browsers hold it against the redirect that follows, which leaves this page.
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}

Seat = tuple[Workspace | Organization, Person]


@dataclass(frozen=True)
class Wish:
    """What the app asks for, as it wrote it into the address."""

    client_id: str
    scope: str
    redirect_uri: str
    state: str
    team: str

    @property
    def scopes(self) -> frozenset[str]:
        """The bot scopes it asks for."""
        return frozenset(filter(None, re.split(r"[,\s]+", self.scope)))


async def show_authorize(world: World, request: web.Request) -> web.Response:
    """The page: where, as whom, what for; Allow and Cancel."""
    wish = _wish(request.query)
    if words := _wrong(world, wish):
        return _error(words)
    # Where the app is not yet stands first: that is what most come for.
    seats = sorted(_offered(world, wish.team), key=lambda seat: seat[0].installed)
    if not seats:
        return _error("There is no such workspace.")
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">'
        for name, value in vars(wish).items()
    )
    page = Template(files("bot.sandbox.oauth").joinpath("authorize.html").read_text("utf-8"))
    text = page.substitute(
        app=escape(world.app.name),
        hidden=hidden,
        seats="".join(_groups(seats)),
        scopes="".join(f"<li><code>{escape(scope)}</code></li>" for scope in sorted(wish.scopes)),
    )
    return web.Response(text=text, content_type="text/html", headers=_HEADERS)


async def take_answer(world: World, request: web.Request) -> web.Response:
    """The page's form: back to the app with a code, or with `access_denied`."""
    form = {name: str(value) for name, value in (await request.post()).items()}
    wish = _wish(form)
    if words := _wrong(world, wish):
        return _error(words)
    back = {"state": wish.state} if wish.state else {}
    if form.get("answer") != "allow":
        return _redirect(wish.redirect_uri, {"error": "access_denied"} | back)
    seat = _find(world, form.get("as", ""))
    if seat is None:
        return _error("That person cannot install an app there.")
    holder, person = seat
    consent = Consent(
        holder=holder.id, person=person.id, scopes=wish.scopes, redirect_uri=wish.redirect_uri
    )
    return _redirect(wish.redirect_uri, {"code": world.codes.give(consent)} | back)


def _wish(given: object) -> Wish:
    values = dict(given) if hasattr(given, "items") else {}  # type: ignore[call-overload]
    names = ("client_id", "scope", "redirect_uri", "state", "team")
    return Wish(*(str(values.get(name) or "") for name in names))


def _wrong(world: World, wish: Wish) -> str | None:
    """Why Slack shows an error and sends nobody back, in its words; None if all is well."""
    if wish.client_id != world.app.client_id:
        return "Invalid client_id parameter"
    address = urlsplit(wish.redirect_uri)
    if address.scheme not in ("http", "https") or not address.netloc or address.fragment:
        return "redirect_uri did not match any configured URIs"
    if not wish.scopes:
        return "Invalid scope: no scopes"
    wrong = [scope for scope in wish.scopes if not _SCOPE.fullmatch(scope)]
    return f"Invalid permissions requested: {', '.join(sorted(wrong))}" if wrong else None


def _offered(world: World, team: str) -> Iterator[Seat]:
    """Who may install it where; with `team` only there."""
    named = world.find_workspace(team) if team else None
    if team and named is None:
        return
    workspaces = [named] if named else list(world.workspaces.values())[:_MOST_OFFERED]
    for workspace in workspaces:
        for person in workspace.persons.values():
            if _may(person):
                yield workspace, person
    for organization in world.organizations.values() if not team else ():
        for person in organization.admins.values():
            yield organization, person


def _find(world: World, written: str) -> Seat | None:
    """`lumen/iris`: a workspace or an organization, and somebody who may install there."""
    place, _, name = written.partition("/")
    if workspace := world.find_workspace(place):
        person = workspace.find_person(name)
        return (workspace, person) if person and _may(person) else None
    if organization := world.find_organization(place):
        found = (p for p in organization.admins.values() if name in (p.id, p.name))
        return next(((organization, person) for person in found), None)
    return None


def _may(person: Person) -> bool:
    return person.kind in _MAY_INSTALL and not person.deleted


def _groups(seats: list[Seat]) -> Iterator[str]:
    for holder in dict.fromkeys(holder.id for holder, _ in seats):
        here = [seat for seat in seats if seat[0].id == holder]
        place = here[0][0]
        whole = " (the whole organization)" if isinstance(place, Organization) else ""
        options = "".join(
            f'<option value="{escape(f"{place.name}/{person.name}")}">'
            f"{escape(place.title)}{whole}: {escape(person.real_name)}, {person.kind}</option>"
            for _, person in here
        )
        yield f'<optgroup label="{escape(place.title)}{whole}">{options}</optgroup>'


def _redirect(address: str, query: dict[str, str]) -> web.Response:
    glue = "&" if urlsplit(address).query else "?"
    headers = {"Location": f"{address}{glue}{urlencode(query)}", "Cache-Control": "no-store"}
    return web.Response(status=302, headers=headers)


def _error(words: str) -> web.Response:
    page = Template(files("bot.sandbox.oauth").joinpath("refused.html").read_text("utf-8"))
    text = page.substitute(words=escape(words))
    return web.Response(status=400, text=text, content_type="text/html", headers=_HEADERS)
