"""users.info and users.list: who somebody is, and who there is."""

from bot.sandbox.model.people import Bot, Person
from bot.sandbox.webapi.call import Call, Handler, Json, SlackError


def users_info(call: Call) -> Json:
    """A person, or the app's bot user."""
    user = call.text("user")
    if user == call.workspace.bot_user_id:
        return {"user": _bot_wire(call)}
    if user in call.workspace.bots:
        return {"user": _other_bot_wire(call.workspace.bots[user])}
    person = call.workspace.persons.get(user)
    if person is None:
        raise SlackError("user_not_found")
    return {"user": person_wire(person, call.token.scopes)}


def users_list(call: Call) -> Json:
    """The workspace's own people, those who have left, and its bots, in pages."""
    cursor, limit = call.text("cursor"), int(call.arguments.get("limit") or 200)
    if cursor and not cursor.removeprefix("next:").isdigit():
        raise SlackError("invalid_cursor")
    workspace, start = call.workspace, int(cursor.removeprefix("next:") or 0)
    people = [
        person_wire(person, call.token.scopes)
        for person in workspace.persons.values()
        if person.home_team_id == workspace.id
    ]
    bots = [_other_bot_wire(bot) for bot in workspace.bots.values() if bot.team_id == workspace.id]
    everybody = [*people, *bots, _bot_wire(call)]
    more = len(everybody) > start + limit
    page = {"next_cursor": f"next:{start + limit}" if more else ""}
    return {"members": everybody[start : start + limit], "response_metadata": page}


def person_wire(person: Person, scopes: frozenset[str]) -> Json:
    """The user object. A guest is `is_restricted`, in a single channel `is_ultra_restricted`
    too; an outsider is `is_stranger`, from elsewhere. The e-mail address needs a scope."""
    email = {"email": person.email} if person.email and "users:read.email" in scopes else {}
    outsider = person.kind == "outsider"
    return {
        "id": person.id,
        "team_id": person.home_team_id,
        "name": person.name,
        "real_name": person.real_name,
        "deleted": person.deleted,
        "tz": "Europe/Berlin",
        "tz_label": "Central European Time",
        "tz_offset": 3600,
        "profile": {
            "real_name": person.real_name,
            "display_name": person.display_name or person.name,
            **email,
            "title": person.title,
            "team": person.home_team_id,
        },
        "is_admin": person.kind in ("owner", "admin"),
        "is_owner": person.kind == "owner",
        "is_primary_owner": person.kind == "owner",
        "is_restricted": person.kind in ("guest", "single_guest"),
        "is_ultra_restricted": person.kind == "single_guest",
        "is_stranger": outsider,
        "is_bot": False,
        "is_app_user": False,
        "updated": person.updated,
    }


def _other_bot_wire(bot: Bot) -> Json:
    profile = {"real_name": bot.name, "display_name": bot.name, "api_app_id": bot.app_id}
    return {
        "id": bot.user_id,
        "team_id": bot.team_id,
        "name": bot.name.lower(),
        "real_name": bot.name,
        "deleted": False,
        "profile": profile | {"bot_id": bot.bot_id, "team": bot.team_id},
        "is_bot": True,
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
    "users.info": users_info,
    "users.list": users_list,
}
