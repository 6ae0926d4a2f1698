"""auth.test, auth.revoke and users.info."""

from bot.sandbox.model.people import Person, Workspace
from bot.sandbox.webapi.call import Call, Handler, Json, SlackError


def auth_test(call: Call) -> Json:
    """Who this token is."""
    workspace = call.workspace
    return {
        "url": f"https://{workspace.name}.slack.invalid/",
        "team": workspace.title,
        "user": call.world.app.name.lower(),
        "team_id": workspace.id,
        "user_id": workspace.bot_user_id,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": False,
    }


def auth_revoke(call: Call) -> Json:
    """From now on this token is nobody's. With `test` it stays what it is."""
    if not call.arguments.get("test"):
        call.workspace.bot_token = ""
    return {"revoked": not call.arguments.get("test")}


def users_info(call: Call) -> Json:
    """A person, or the app's bot user."""
    user = call.text("user")
    if user == call.workspace.bot_user_id:
        return {"user": _bot_wire(call)}
    person = call.workspace.persons.get(user)
    if person is None:
        raise SlackError("user_not_found")
    return {"user": person_wire(call.workspace, person)}


def person_wire(workspace: Workspace, person: Person) -> Json:
    """The user object. A guest is `is_restricted`; an outsider is `is_stranger`, from elsewhere."""
    outsider = person.kind == "outsider"
    return {
        "id": person.id,
        "team_id": person.home_team_id,
        "name": person.name,
        "real_name": person.real_name,
        "deleted": False,
        "tz": "Europe/Berlin",
        "tz_label": "Central European Time",
        "tz_offset": 3600,
        "profile": {
            "real_name": person.real_name,
            "display_name": person.name,
            "title": person.title,
            "team": person.home_team_id,
        },
        "is_admin": person.kind in ("owner", "admin"),
        "is_owner": person.kind == "owner",
        "is_primary_owner": person.kind == "owner",
        "is_restricted": person.kind == "guest",
        "is_ultra_restricted": False,
        "is_stranger": outsider,
        "is_bot": False,
        "is_app_user": False,
        "updated": 1_767_225_600,
    }


def _bot_wire(call: Call) -> Json:
    app, workspace = call.world.app, call.workspace
    profile = {"real_name": app.name, "display_name": app.name, "api_app_id": app.id}
    profile |= {"bot_id": workspace.bot_id, "team": workspace.id}
    flags = dict.fromkeys(
        ("deleted", "is_admin", "is_owner", "is_restricted", "is_ultra_restricted"), False
    )
    return {
        "id": workspace.bot_user_id,
        "team_id": workspace.id,
        "name": app.name.lower(),
        "real_name": app.name,
        "profile": profile,
        "is_bot": True,
        "is_stranger": False,
        **flags,
    }


HANDLERS: dict[str, Handler] = {
    "auth.test": auth_test,
    "auth.revoke": auth_revoke,
    "users.info": users_info,
}
