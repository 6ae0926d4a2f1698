"""A question put by slash command or form, as the channel sees it."""

from core.agents.model import Agent
from core.kernel.addresses import AllowedAddresses
from handlers.blocks.markdown import neutral
from handlers.blocks.mrkdwn.escaping import entities
from handlers.blocks.rendered import Rendered, said

LONGEST_SHOWN = 2_500  # characters
PERHAPS_ASKED = (
    "I have not answered your question: Slack did not say whether it took it. If it does not stand "
    "where you asked, please ask again."
)


def asked_message(person_id: str, agent: Agent, question: str) -> str:
    """“@ana asks Fin · Finance: …”, with the question's own markup made harmless.

    *person_id* comes from Slack and is the only mention in it.
    """
    shown = question if len(question) <= LONGEST_SHOWN else f"{question[:LONGEST_SHOWN]}…"
    harmless = neutral(shown, AllowedAddresses.named_in(question))
    return f"<@{person_id}> asks *{agent.display_name}*: {entities(harmless)}"


def asked_directly(words: str, why: str, *, place: str = "channel") -> str:
    """Above the answer in a direct message, where another place was meant and is closed to us."""
    return f"I answer here, because the {place} is closed to me. {entities(why)}\n{words}"


def partly_read(left_out: int) -> Rendered:
    """A question that was too long: the answer is about what is left of it."""
    return said(
        f"That is more than I read at once: I left out {left_out:,} characters from the middle, and "
        "read the beginning and the end. If what counts stands between, please ask about that part "
        "alone, or drop it into a direct message with me as a file."
    )
