"""Where the documents say nothing: who might know.

Only what the asker may see tells it: the document that comes nearest is one of those the search may use
in that place, and one of the workspace's; everybody in a workspace sees who its members are. Names are
said as words, so nobody is called by them.
"""

import re
from collections.abc import Collection

from core.conversations.looking import store
from core.conversations.model import Draft
from core.db.tenant import TenantContext
from core.gateway.model import NOTHING_FOUND, AgentTurn
from core.gateway.tools.steps import ToolStep
from core.knowledge.model import Findings

MOST_KEEPERS = 2
_REAL_QUESTION = 2  # telling words; a greeting has one at most
_LONGEST_NAME = 80
# What Markdown or Slack would act on in somebody's name, or in a title.
_LIVE = re.compile(r"[^\w\s.,'’&()-]|_")

ADDED = "_Who might know: {name}, who added “{title}”, which comes nearest._"
KEEPS = "_Who might know: {names}, who looks after this workspace._"
KEEP = "_Who might know: {names}, who look after this workspace._"


def says_nothing(
    asked: AgentTurn, findings: Findings, draft: Draft, steps: Collection[ToolStep]
) -> bool:
    """Whether the answer is that the documents say nothing. A model says it in the asker's language, so
    it is also taken from this: that it had nothing at all to answer a real question from."""
    if NOTHING_FOUND in draft.text:
        return True
    given = asked.passages or asked.memory or steps
    return findings.telling >= _REAL_QUESTION and not given


async def who_might_know(context: TenantContext, person_id: str, findings: Findings) -> str:
    """In words; empty where there is nobody to name but the asker."""
    async with context.db.transaction() as tx:
        adder = await store.find_adder(tx, findings.nearest) if findings.nearest else None
        if adder is not None and adder[0] != person_id:
            return ADDED.format(name=_words(adder[1]), title=_words(adder[2]))
        names = await store.list_keepers(tx, person_id, MOST_KEEPERS)
    words = KEEPS if len(names) == 1 else KEEP
    return words.format(names=" or ".join(map(_words, names))) if names else ""


def _words(text: str) -> str:
    return " ".join(_LIVE.sub(" ", text).split())[:_LONGEST_NAME] or "somebody"
