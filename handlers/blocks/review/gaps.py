"""`/aegis gaps`: what was asked and no document answered."""

from collections.abc import Sequence

from core.conversations.gaps.list_gaps import Gaps
from core.conversations.gaps.model import Gap, Lack
from handlers.blocks.agents.buttons import actions, button
from handlers.blocks.markdown import neutral
from handlers.blocks.mrkdwn import escape
from handlers.blocks.rendered import Block, Rendered, context, moment, said, section

TELL = "gaps.tell"
DISMISS = "gaps.dismiss"
MOST_LISTED = 15
LONGEST_QUESTION = 200

NOTHING = "Nothing was asked in a public channel that your documents do not answer."
NOTHING_OWN = "You have asked nothing in private that the documents do not answer."
HEAD = "*Asked, and not answered by any document*"
OWN_HEAD = "*You asked this in private, and no document answered it*\nNobody else reads it unless you say so."
TOLD = "The admins see this question now: {question}"
DISMISSED = "Dismissed, with {count} asked: {question}"


def gaps_page(gaps: Gaps) -> Rendered:
    shown = gaps.lacks[:MOST_LISTED]
    blocks: list[Block] = [section(HEAD if shown else NOTHING)]
    for lack in shown:
        dismiss = button("Dismiss", DISMISS, lack.newest.turn_id)
        blocks += [section(_lack(lack)), actions(dismiss)]
    below = _below(gaps, len(gaps.lacks) - len(shown))
    if below:
        blocks.append(context(below))
    lines = [HEAD if shown else NOTHING, *map(_lack, shown), below]
    return Rendered("\n".join(line for line in lines if line), blocks)


def own_gaps_page(gaps: Sequence[Gap]) -> Rendered:
    if not gaps:
        return said(NOTHING_OWN)
    blocks: list[Block] = [section(OWN_HEAD)]
    for gap in gaps:
        tell = button("Tell the admins", TELL, gap.turn_id)
        blocks += [section(f"• {moment(gap.asked_at)}: {_words(gap.question)}"), actions(tell)]
    return Rendered("\n".join([OWN_HEAD, *(_words(gap.question) for gap in gaps)]), blocks)


def gap_told(question: str) -> Rendered:
    return said(TOLD.format(question=_words(question)))


def lack_dismissed(lack: Lack) -> Rendered:
    return said(DISMISSED.format(count=len(lack.gaps), question=_words(lack.newest.question)))


def _lack(lack: Lack) -> str:
    times = "once" if len(lack.gaps) == 1 else f"{len(lack.gaps)} times"
    return (
        f"• {_words(lack.newest.question)}\n   asked {times}, last {moment(lack.newest.asked_at)}"
    )


def _below(gaps: Gaps, left: int) -> str:
    more = f"There are {left} more. " if left > 0 else ""
    if not gaps.untold:
        return more.strip()
    what = "question was" if gaps.untold == 1 else "questions were"
    return (
        f"{more}{gaps.untold} {'further ' if gaps.lacks else ''}{what} asked in direct messages or private "
        "channels without an answer. You are shown none of those unless whoever asked tells you, with "
        "`/aegis gaps`."
    )


def _words(question: str) -> str:
    return escape(neutral(" ".join(question.split()))[:LONGEST_QUESTION])
