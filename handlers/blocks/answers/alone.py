"""What was withheld from an answer that others read: the card that offers it to whoever asked."""

from handlers.blocks.agents.buttons import actions, button
from handlers.blocks.rendered import Rendered, said, section

ALONE = "answer.alone"


def alone_offer(turn_id: str, withheld: int) -> Rendered:
    """For that person alone. How much it is, is all that is said of it."""
    left_out = "1 source was" if withheld == 1 else f"{withheld} sources were"
    words = (
        f"{left_out} left out of this answer, because not everybody who reads along here may see "
        f"{'it' if withheld == 1 else 'them'}. You may: I can answer you in a direct message."
    )
    return Rendered(words, [section(words), actions(button("Answer me privately", ALONE, turn_id))])


def answered_alone() -> Rendered:
    return said("I have answered you in our direct message.")


def asked_again(agent: str, question: str) -> str:
    """What stands in the direct message above the answer. Both are harmless already."""
    return f"You asked *{agent}* in a channel. Here is the answer for you alone: {question}"
