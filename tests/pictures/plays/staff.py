"""The staff and what it may do: Home, an agent edited, a policy, a question about a message."""

from tests.pictures.desk import Desk
from tests.pictures.plays.answers import LEAVE

SAID = "Do we only get ten weeks of parental leave? Somebody told me so."


async def home(desk: Desk) -> bytes:
    """The staff, and what an admin may do."""
    async with desk.seat() as ana:
        await ana.ask(LEAVE, "18 weeks")
        await ana.home("Your agents", "Knowledge base:", "Used by you:", "Mara", "Switch off")
        return await ana.shot()


async def edit_agent(desk: Desk) -> bytes:
    """An agent edited; one field is refused, and what was typed is kept."""
    async with desk.seat() as ana:
        at_home = await ana.home("Your agents", "Finn · Finance")
        await at_home.locator('[data-key="agents.edit:finance"]').click()
        window = await ana.window("Edit agent", "Instructions")
        await window.get_by_label("Name", exact=True).fill("Fina")
        await window.get_by_label("Icon").fill("money")
        await window.get_by_role("button", name="Save").click()
        await ana.sees(window.locator(".input-error:visible"), "an emoji by the name")
        assert await window.get_by_label("Name", exact=True).input_value() == "Fina"
        return await ana.shot()


async def policy(desk: Desk) -> bytes:
    """The policy of a tool; a group without persons is refused."""
    async with desk.seat() as ana:
        listed = await ana.command("/aegis policy", "save_to_knowledge", "Change")
        row = listed.locator(".block-section", has_text="save_to_knowledge")
        await row.get_by_role("button", name="Change").click()
        window = await ana.window("Policy of a tool", "save_to_knowledge")
        await window.get_by_label("When an agent wants it").select_option(label="Asks each time")
        await window.get_by_label("Who may say yes").select_option(label="One of the persons below")
        await window.get_by_role("button", name="Save").click()
        await ana.sees(window.locator(".input-error:visible"), "Please pick the persons")
        return await ana.shot()


async def ask_about(desk: Desk) -> bytes:
    """“Ask an agent about this”, over the channel."""
    async with desk.seat("northwind/cho") as cho:
        await cho.enter("general")
        await cho.send(SAID)
        await cho.become("ben")
        message = await cho.sees(cho.main.locator(".message").last, SAID)
        await (await cho.menu_of(message, "Ask an agent about this")).click()
        window = await cho.window("Ask an agent", SAID)
        await window.get_by_label("What would you like to know?").fill("How many weeks do we get?")
        await window.get_by_label("Who answers").select_option(label="Pia · People")
        await window.get_by_label("What would you like to know?").focus()
        return await cho.shot()
