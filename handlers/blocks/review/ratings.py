"""`/aegis feedback`: how answers were rated, for admins."""

from core.agents.model import Roster
from core.conversations.review.list_ratings import DAYS, Ratings
from core.conversations.review.model import Rated, Tally
from handlers.blocks.markdown import neutral
from handlers.blocks.mrkdwn import escape
from handlers.blocks.rendered import Rendered, moment, said, section, sections

LONGEST_QUESTION = 120


def ratings_page(ratings: Ratings, roster: Roster) -> Rendered:
    if not ratings.tallies:
        return said(f"No answer was rated in the last {DAYS} days.")
    head = f"*Answers rated in the last {DAYS} days*"
    lines = [_tally(tally, roster) for tally in ratings.tallies]
    if ratings.bad:
        lines += [
            "*Lately found bad, in public channels*",
            *(_bad(one, roster) for one in ratings.bad),
        ]
    return Rendered("\n".join([head, *lines]), [section(head), *sections(lines)])


def _tally(tally: Tally, roster: Roster) -> str:
    return f"{_name(tally.agent, roster)}: {tally.good} good, {tally.bad} bad"


def _bad(rated: Rated, roster: Roster) -> str:
    words = neutral(" ".join(rated.question.split()))[:LONGEST_QUESTION]
    where = f"<#{rated.channel}>"
    return f"• {moment(rated.at)} {_name(rated.agent, roster)} in {where}: {escape(words)}"


def _name(key: str, roster: Roster) -> str:
    agent = roster.find(key)
    return escape(agent.name if agent else key)
