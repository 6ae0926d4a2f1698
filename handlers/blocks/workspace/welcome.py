"""What the person who installed AEGIS reads first."""

from core.knowledge.model import KINDS_IN_WORDS
from handlers.blocks.help import DISCLAIMER
from handlers.blocks.rendered import Rendered, context, section

TITLE = (
    "*AEGIS is in your workspace.* I am a staff of AI agents that answers from your own documents."
)

NEXT = f"""\
*Three things to do next*
1. Drop a document into this conversation: a handbook, a policy, a price list ({KINDS_IN_WORDS}). \
Share it with the workspace when I ask.
2. Ask something that it answers. I name the source, and say so when I have none.
3. Invite me where people ask: `/invite @AEGIS` in a channel, then mention me, or `/ask` from anywhere."""

MORE = "`/aegis help` says what else I can do; `/aegis privacy` what is kept here, and how to have it erased."


def welcome() -> Rendered:
    """Once in the life of a workspace here."""
    sections = [TITLE, NEXT, MORE]
    return Rendered(
        "\n\n".join([*sections, DISCLAIMER]), [*map(section, sections), context(DISCLAIMER)]
    )
