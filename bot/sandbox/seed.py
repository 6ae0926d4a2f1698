"""Two fictional companies, each with the app installed."""

import secrets
import time
from dataclasses import dataclass

from bot.sandbox.model.channel import Channel
from bot.sandbox.model.ids import fixed_id
from bot.sandbox.model.people import App, Command, Kind, Person, Workspace

# Everything the product asks for today; a test may give fewer to see `missing_scope`.
SCOPES = frozenset(
    [
        "app_mentions:read",
        "assistant:write",
        "channels:history",
        "channels:read",
        "chat:write",
        "chat:write.customize",
        "commands",
        "files:read",
        "files:write",
        "groups:history",
        "groups:read",
        "im:history",
        "im:read",
        "im:write",
        "mpim:history",
        "mpim:read",
        "reactions:write",
        "users:read",
    ]
)
EVENTS = frozenset(
    [
        "app_mention",
        "message.im",
        "message.channels",
        "message.groups",
        "agent_session_stopped",
        "file_shared",
    ]
)
COMMANDS = (
    Command(name="/ask", description="Ask an agent", usage="[agent] question"),
    Command(
        name="/aegis",
        description="What AEGIS can do",
        usage="help | agents | kb | isolation | audit | privacy",
    ),
)


@dataclass(frozen=True)
class _Company:
    id: str
    name: str
    title: str
    partner_id: str
    partner: str
    people: tuple[tuple[str, str, str, Kind], ...]


NORTHWIND = _Company(
    id="TNORTHWIND",
    name="northwind",
    title="Northwind Bikes",
    partner_id="TCOPPERKET",
    partner="copper-kettle",
    people=(
        ("ana", "Ana Ruiz", "Founder", "owner"),
        ("ben", "Ben Okafor", "Workshop lead", "member"),
        ("cho", "Cho Min-ji", "Customer care", "member"),
        ("gil", "Gil Marsh", "Contract mechanic", "guest"),
        ("olga", "Olga Petrova", "Copper Kettle, supplier", "outsider"),
    ),
)
HARBOR = _Company(
    id="THARBORLAW",
    name="harbor",
    title="Harbor Legal",
    partner_id="TMERIDIAN0",
    partner="meridian",
    people=(
        ("dora", "Dora Lind", "Managing partner", "owner"),
        ("eli", "Eli Navarro", "Associate", "member"),
        ("fay", "Fay Osei", "Paralegal", "member"),
        ("gus", "Gus Webb", "Contract clerk", "guest"),
        ("omar", "Omar Haddad", "Meridian, client", "outsider"),
    ),
)


def seed_app(
    request_url: str | None = None,
    *,
    app_token: str | None = None,
    signing_secret: str | None = None,
    scopes: frozenset[str] = SCOPES,
) -> App:
    """The app “AEGIS”; what is not given is made at random."""
    app_id = fixed_id("A", "aegis")
    return App(
        id=app_id,
        name="AEGIS",
        app_token=app_token or f"xapp-1-{app_id}-{secrets.token_hex(16)}",
        signing_secret=signing_secret or secrets.token_hex(16),
        verification_token=secrets.token_hex(12),
        request_url=request_url,
        scopes=scopes,
        events=EVENTS,
        commands=COMMANDS,
    )


def seed_workspaces(bot_tokens: dict[str, str] | None = None) -> list[Workspace]:
    """Northwind Bikes and Harbor Legal; `bot_tokens` by workspace name, random if not given."""
    given = bot_tokens or {}
    return [_workspace(company, given.get(company.name)) for company in (NORTHWIND, HARBOR)]


def _workspace(company: _Company, bot_token: str | None) -> Workspace:
    workspace = Workspace(
        id=company.id,
        name=company.name,
        title=company.title,
        bot_user_id=fixed_id("U", company.name, "aegis"),
        bot_id=fixed_id("B", company.name, "aegis"),
        bot_token=bot_token or f"xoxb-{secrets.randbelow(10**12)}-{secrets.token_urlsafe(18)}",
    )
    for name, real_name, title, kind in company.people:
        person = Person(
            id=fixed_id("U", company.name, name),
            name=name,
            real_name=real_name,
            title=title,
            kind=kind,
            home_team_id=company.partner_id if kind == "outsider" else company.id,
        )
        workspace.persons[person.id] = person
    for channel in _channels(company, workspace):
        workspace.channels[channel.id] = channel
    return workspace


def _channels(company: _Company, workspace: Workspace) -> list[Channel]:
    people = list(workspace.persons.values())
    staff = {p.id for p in people if p.kind in ("owner", "admin", "member")}
    everyone_here = staff | {p.id for p in people if p.kind == "guest"}
    outsiders = {p.id for p in people if p.kind == "outsider"}
    owner, bot = people[0].id, workspace.bot_user_id
    now = int(time.time())

    def channel(name: str, members: set[str], shared_with: str | None = None) -> Channel:
        return Channel(
            id=fixed_id("C", company.name, name),
            name=name,
            kind="group" if name == "leadership" else "channel",
            creator=owner,
            created=now,
            members=members | {bot},
            shared_with=shared_with,
        )

    return [
        channel("general", staff),
        channel("random", everyone_here),
        channel("leadership", {owner, people[1].id}),
        channel(f"with-{company.partner}", staff | outsiders, company.partner_id),
        *(_direct_message(company, person, bot, now) for person in people),
    ]


def _direct_message(company: _Company, person: Person, bot: str, now: int) -> Channel:
    return Channel(
        id=fixed_id("D", company.name, person.name),
        name=person.name,
        kind="im",
        creator=bot,
        created=now,
        members={person.id, bot},
        shared_with=person.home_team_id if person.kind == "outsider" else None,
    )
