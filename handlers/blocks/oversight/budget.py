"""`/aegis budget`: what was used, what is left, and the words for setting limits."""

from collections.abc import Iterable, Mapping

from core.agents.model import Roster
from core.gateway.usage.list_usage import Left, UsagePage, Used
from core.gateway.usage.model import Limit, Spent, amount_words
from core.gateway.usage.prices import prices_date
from handlers.blocks.mrkdwn import escape
from handlers.blocks.rendered import Rendered, context, said, section, sections

SHOWN = 15
HOW = """\
To set one or to clear it:
• `/aegis budget set person 2 dollars a day` (each person)
• `/aegis budget set person @ana 5 dollars a month`
• `/aegis budget set tenant 100000 tokens a month`
• `/aegis budget set agent finance 1 dollar a day`
• `/aegis budget clear agent finance`"""


def usage_page(page: UsagePage, roster: Roster) -> Rendered:
    """A member's own, and for admins everybody's. Times are UTC."""
    lines = [f"*You*: {_used(page.own)}", *map(_left, page.left)]
    if page.tenant is not None:
        lines += [f"*This workspace*: {_used(page.tenant)}"]
        lines += _many("Persons", _persons(page.persons or {}))
        lines += _many("Agents", _agents(page.agents or {}, roster))
        lines += _many("Budgets", (f"• {limit_words(limit)}" for limit in page.limits))
    foot = (
        f"Days and months are UTC. Money is at list prices of {prices_date().isoformat()}; "
        "a model without a known price counts as a dear one."
    )
    blocks = [*sections(lines), context(foot)]
    if page.tenant is not None:
        blocks.insert(-1, section(HOW))
        lines.append(HOW)
    return Rendered("\n".join([*lines, foot]), blocks)


def home_lines(page: UsagePage) -> list[str]:
    """The asker's own, in two or three lines."""
    return [f"*Used by you:* {_used(page.own)}. `/aegis budget` says more.", *map(_left, page.left)]


def limit_words(limit: Limit) -> str:
    """`each person: 2.00 dollars a day`"""
    return f"{_whose(limit)}: {_allowed(limit)}"


def _whose(limit: Limit) -> str:
    return {
        "tenant": "the trial" if limit.trial else "this workspace",
        "person": f"<@{escape(limit.key)}>" if limit.key else "each person",
        "agent": f"agent `{escape(limit.key)}`" if limit.key else "each agent",
    }[limit.scope]


def _allowed(limit: Limit) -> str:
    return f"{amount_words(limit.amount, limit.unit)} a {limit.period}"


def budget_set(limit: Limit) -> Rendered:
    return said(f"From now on, {limit_words(limit)} (UTC).")


def budget_cleared(gone: int) -> Rendered:
    """Of how many limits nothing is left; 0 is a command that an earlier try has carried out."""
    return said(f"{gone} budgets are cleared." if gone > 1 else "That budget is cleared.")


def not_a_budget(words: str) -> Rendered:
    return said(f"{words}\n{HOW}")


def not_a_budget_word(typed: str) -> Rendered:
    """*typed* is cleaned."""
    return said(f"I do not know `/aegis budget {typed}`.\n{HOW}")


def _used(used: Used) -> str:
    return f"{_spent(used.day)} today, {_spent(used.month)} this month"


def _spent(spent: Spent) -> str:
    return f"{amount_words(spent.tokens, 'tokens')} ({amount_words(spent.micros, 'dollars')})"


def _left(left: Left) -> str:
    """`1.93 dollars left of 2.00 dollars a day (each person)`"""
    limit = left.limit
    rest = amount_words(max(limit.amount - left.used, 0), limit.unit)
    return f"• {rest} left of {_allowed(limit)} ({_whose(limit)})"


def _many(title: str, lines: Iterable[str]) -> list[str]:
    """At most fifteen; the rest is said to be there."""
    listed = list(lines)
    if not listed:
        return []
    more = len(listed) - SHOWN
    rest = [f"… and {more} more"] if more > 0 else []
    return [f"*{title}*", *listed[:SHOWN], *rest]


def _persons(persons: Mapping[str, Used]) -> list[str]:
    return [f"• <@{escape(person)}>: {_used(used)}" for person, used in persons.items()]


def _agents(agents: Mapping[str, Used], roster: Roster) -> list[str]:
    lines = []
    for key, used in agents.items():
        agent = roster.find(key)
        name = escape(agent.name) if agent else f"`{escape(key)}`"
        lines.append(f"• {name}: {_used(used)}")
    return lines
