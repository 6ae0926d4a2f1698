"""The app and the workspaces as they are at the start: two companies have it installed."""

import secrets
import time

from bot.sandbox.companies import COMPANIES, ORGANIZATIONS, Company
from bot.sandbox.model.channel import Channel
from bot.sandbox.model.ids import fixed_id
from bot.sandbox.model.installing.organization import Organization
from bot.sandbox.model.people import App, Command, Person, Shortcut, Workspace

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
        "app_home_opened",
        "app_mention",
        "message.im",
        "message.channels",
        "message.groups",
        "agent_session_stopped",
        "file_shared",
        "app_uninstalled",
        "tokens_revoked",
        "user_change",
        "team_access_granted",
        "team_access_revoked",
    ]
)
COMMANDS = (
    Command(name="/ask", description="Ask an agent", usage="[agent] question"),
    Command(
        name="/aegis",
        description="What AEGIS can do",
        usage=(
            "help | agents | kb | gaps | memory | isolation | audit | budget | feedback | mcp | policy"
            " | privacy"
        ),
    ),
)
SHORTCUTS = (
    Shortcut(
        callback_id="answer.why",
        name="Why this answer?",
        description="Which agent, documents, models and tools it came from",
        type="message",
    ),
    Shortcut(
        callback_id="answer.ask_about",
        name="Ask an agent about this",
        description="A question on this message, answered to you or there",
        type="message",
    ),
    Shortcut(
        callback_id="knowledge.save_message",
        name="Save to knowledge base",
        description="This message alone, with its author, for you at first",
        type="message",
    ),
)


def seed_app(
    request_url: str | None = None,
    *,
    app_token: str | None = None,
    signing_secret: str | None = None,
    scopes: frozenset[str] = SCOPES,
    token_rotation: bool = False,
) -> App:
    """The app “AEGIS”; what is not given is made at random."""
    app_id = fixed_id("A", "aegis")
    return App(
        id=app_id,
        name="AEGIS",
        app_token=app_token or f"xapp-1-{app_id}-{secrets.token_hex(16)}",
        signing_secret=signing_secret or secrets.token_hex(16),
        verification_token=secrets.token_hex(12),
        client_id=f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**13)}",
        client_secret=secrets.token_hex(16),
        token_rotation=token_rotation,
        request_url=request_url,
        scopes=scopes,
        events=EVENTS,
        commands=COMMANDS,
        shortcuts=SHORTCUTS,
    )


def seed_workspaces() -> list[Workspace]:
    """Everyone's workspace, with the app in none of them yet."""
    return [make_workspace(company) for company in COMPANIES]


def seed_organizations(workspaces: list[Workspace]) -> list[Organization]:
    """The organizations of these workspaces."""
    organizations = []
    for id_, name, title, admins in ORGANIZATIONS:
        organization = Organization(
            id=id_,
            name=name,
            title=title,
            bot_user_id=fixed_id("U", name, "aegis"),
            bot_id=fixed_id("B", name, "aegis"),
        )
        for workspace in workspaces:
            if workspace.organization_id == id_:
                found = (p for p in workspace.persons.values() if p.name in admins)
                organization.admins |= {person.id: person for person in found}
        organizations.append(organization)
    return organizations


def make_workspace(company: Company) -> Workspace:
    """A workspace with its persons and channels."""
    # In an organization a person, and the app, is the same everywhere.
    realm = company.organization or company.name
    workspace = Workspace(
        id=company.id,
        name=company.name,
        title=company.title,
        bot_user_id=fixed_id("U", realm, "aegis"),
        bot_id=fixed_id("B", realm, "aegis"),
        organization_id=next((o[0] for o in ORGANIZATIONS if o[1] == company.organization), None),
    )
    for name, real_name, title, kind in company.people:
        person = Person(
            id=fixed_id("U", realm, name),
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


def _channels(company: Company, workspace: Workspace) -> list[Channel]:
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

    channels = [channel("general", staff)]
    if not company.small:
        channels.append(channel("random", everyone_here))
        channels.append(channel("leadership", {owner, people[1].id}))
    if company.partner:
        shared = channel(f"with-{company.partner}", staff | outsiders, company.partner_id)
        channels.append(shared)
    return [*channels, *(_direct_message(company, person, bot, now) for person in people)]


def _direct_message(company: Company, person: Person, bot: str, now: int) -> Channel:
    return Channel(
        id=fixed_id("D", company.name, person.name),
        name=person.name,
        kind="im",
        creator=bot,
        created=now,
        members={person.id, bot},
        shared_with=person.home_team_id if person.kind == "outsider" else None,
    )
