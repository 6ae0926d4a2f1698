"""What every interaction tells the app: who, where, for which installation, and a trigger."""

from bot.sandbox.delivery.parcel import Json
from bot.sandbox.model.people import Person, Workspace
from bot.sandbox.model.world import World


def interaction(world: World, workspace: Workspace, person: Person, kind: str) -> Json:
    """The part of the payload that is the same for clicks, shortcuts and dialogs."""
    organization = world.organization_of(workspace)
    team: Json = {"id": workspace.id, "domain": workspace.name}
    enterprise: Json | None = None
    if organization is not None:
        enterprise = {"id": organization.id, "name": organization.title}
        team |= {"enterprise_id": organization.id, "enterprise_name": organization.title}
    user = {"id": person.id, "username": person.name, "name": person.name}
    return {
        "type": kind,
        "user": user | {"team_id": person.home_team_id},
        "api_app_id": world.app.id,
        "token": world.app.verification_token,
        "trigger_id": new_trigger(world, workspace, person),
        "team": team,
        "enterprise": enterprise,
        "is_enterprise_install": organization is not None and not workspace.installed,
    }


def new_trigger(world: World, workspace: Workspace, person: Person) -> str:
    """A trigger for what this person just did."""
    return world.triggers.issue(workspace.id, person.id, expired=world.faults.expired_triggers)
