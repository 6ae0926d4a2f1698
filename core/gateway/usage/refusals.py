"""What a person is told of a limit: whose it is, how much, when it ends, whom to ask."""

from core.gateway.usage.model import Limit, Spending, amount_words, ends_at


def refusal_words(limit: Limit, spending: Spending) -> str:
    """No call goes out: the limit is used up."""
    return (
        f"{_whose(limit)} is used up for {_period(limit)}: "
        f"{amount_words(limit.amount, limit.unit)}. It begins anew on {_end(limit, spending)}. "
        f"{_whom(limit)}"
    )


def warning_words(limit: Limit, spending: Spending, key: str = "") -> str:
    """At 80 %, once in the period. For somebody else than the asker *key* says whose limit it is."""
    used = min(spending.used(limit), limit.amount)
    return (
        f"{_named(limit, key)} for {_period(limit)} is nearly used up: "
        f"{amount_words(used, limit.unit)} of {amount_words(limit.amount, limit.unit)}. "
        f"It begins anew on {_end(limit, spending)}. {_whom(limit)}"
    )


def _whose(limit: Limit) -> str:
    if limit.trial:
        return "The trial's budget of this workspace"
    return {
        "tenant": "The budget of this workspace",
        "person": "The budget of the person who asks",
        "agent": "The budget of this agent",
    }[limit.scope]


def _named(limit: Limit, key: str) -> str:
    if not key:
        return _whose(limit)
    return f"The budget of {f'<@{key}>' if limit.scope == 'person' else f'the agent `{key}`'}"


def _period(limit: Limit) -> str:
    return "today" if limit.period == "day" else "this month"


def _end(limit: Limit, spending: Spending) -> str:
    ends = ends_at(limit.period, spending.now)
    return f"{ends.day} {ends:%B} at 00:00 UTC"


def _whom(limit: Limit) -> str:
    if limit.trial:
        return "Whoever runs AEGIS can raise it."
    return "An admin or owner can change it with `/aegis budget`."
