"""The world as it is at the start, and the workspaces a load test adds."""

from bot.sandbox.companies import COMPANIES, small_company
from bot.sandbox.faults.switches import Faults
from bot.sandbox.model.people import App, Workspace
from bot.sandbox.model.world import World
from bot.sandbox.oauth.installations import install
from bot.sandbox.seed import make_workspace, seed_organizations, seed_workspaces


def seed_world(
    app: App,
    bot_tokens: dict[str, str] | None,
    *,
    faults: Faults,
    seed: int | None,
    keeps_metadata: bool,
) -> World:
    """All the workspaces, with the app in those that have it from the start; `bot_tokens` by
    workspace name, random if not given."""
    workspaces = seed_workspaces()
    world = World(
        app,
        workspaces,
        seed_organizations(workspaces),
        faults=faults,
        seed=seed,
        keeps_metadata=keeps_metadata,
    )
    for company in COMPANIES:
        if company.installed:
            given = (bot_tokens or {}).get(company.name)
            _install(world, world.workspaces[company.id], given)
    return world


def add_workspaces(world: World, count: int) -> list[Workspace]:
    """So many small workspaces more, each with the app installed."""
    made: list[Workspace] = []
    number = 1
    while len(made) < count:
        company = small_company(number)
        number += 1
        if world.find_workspace(company.name) is None:
            workspace = make_workspace(company)
            world.add_workspace(workspace)
            _install(world, workspace, None)
            made.append(workspace)
    return made


def _install(world: World, workspace: Workspace, bot_token: str | None) -> None:
    owner = next(iter(workspace.persons.values()))
    install(world, workspace, owner.id, world.app.scopes, bot_token)
