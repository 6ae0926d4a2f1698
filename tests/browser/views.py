"""Views for the page to show, and a hand to show them with."""

import asyncio
from typing import Any

from bot.sandbox.server import Sandbox
from tests.browser.conftest import Screen
from tests.browser.scripted_app import ScriptedApp

Json = dict[str, Any]

TEAM = "TNORTHWIND"


def words(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def options(*names: str) -> list[Json]:
    return [{"text": words(name.capitalize()), "value": name} for name in names]


def ask(block_id: str, label: str, element: Json, **more: Any) -> Json:
    element = {"action_id": "value"} | element
    return {"type": "input", "block_id": block_id, "label": words(label), "element": element} | more


def text_field(block_id: str = "name", label: str = "Name", **more: Any) -> Json:
    return ask(block_id, label, {"type": "plain_text_input"}, **more)


def button(text: str, value: str = "1", action_id: str = "go") -> Json:
    element = {"type": "button", "action_id": action_id, "text": words(text), "value": value}
    return {"type": "actions", "block_id": f"row-{value}", "elements": [element]}


def modal(*blocks: Json, title: str = "Setup", **more: Any) -> Json:
    shape = {"type": "modal", "title": words(title), "submit": words("Save")}
    return shape | {"callback_id": "setup", "blocks": list(blocks)} | more


def home(*blocks: Json) -> Json:
    return {"type": "home", "blocks": list(blocks)}


def section(text: str, **more: Any) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}} | more


def person_id(sandbox: Sandbox, name: str) -> str:
    persons = (w.persons.values() for w in sandbox.world.workspaces.values())
    return next(p.id for people in persons for p in people if p.name == name)


async def publish(app: ScriptedApp, sandbox: Sandbox, view: Json, name: str = "ana") -> None:
    await app.client(TEAM).views_publish(user_id=person_id(sandbox, name), view=view)


async def interaction(app: ScriptedApp, count: int) -> Json:
    """The nth thing somebody did, once the app has heard of it."""
    async with asyncio.timeout(20), app.heard:
        await app.heard.wait_for(lambda: len(app.clicked) >= count)
    return app.clicked[count - 1]


async def open_modal(screen: Screen, app: ScriptedApp, sandbox: Sandbox, view: Json) -> Json:
    """From a button at Home, as a person opens one; what the button said to the app."""
    await publish(app, sandbox, home(section("*Hello*"), button("Open it")))
    await screen.open(f"#/northwind/ana/{dm(sandbox)}/home")
    heard = len(app.clicked) + 1
    await screen.page.locator("#home").get_by_role("button", name="Open it").click()
    pressed = await interaction(app, heard)
    await app.client(TEAM).views_open(trigger_id=pressed["trigger_id"], view=view)
    await screen.page.locator("dialog.modal").wait_for()
    return pressed


def dm(sandbox: Sandbox, name: str = "ana") -> str:
    channel = sandbox.world.workspaces[TEAM].direct_message(person_id(sandbox, name))
    assert channel
    return channel.id
