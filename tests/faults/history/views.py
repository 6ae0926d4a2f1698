"""A history seen from one side: deliveries by message, answers by question, words by thread."""

import re
from collections import defaultdict

from tests.faults.history.model import Delivery, Form, History, Message, Said, Window

TOKEN = re.compile(r"\bTOK[0-9a-f]{10}\b")


def deliveries_by_message(history: History) -> dict[tuple[str, str], list[Delivery]]:
    found: dict[tuple[str, str], list[Delivery]] = defaultdict(list)
    for delivery in history.deliveries:
        found[delivery.workspace, delivery.ts].append(delivery)
    return found


def came_before(
    deliveries: dict[tuple[str, str], list[Delivery]], earlier: Said, later: Said
) -> bool:
    """Whether all that told of the one was acknowledged before anything of the other was sent."""
    first, second = (deliveries[said.workspace, said.ts] for said in (earlier, later))
    acknowledged: dict[str, float] = {}
    for each in first:
        if each.acknowledged:
            known = acknowledged.get(each.event_id, each.ended_at)
            acknowledged[each.event_id] = min(known, each.ended_at)
    if {each.event_id for each in first} != set(acknowledged) or not acknowledged or not second:
        return False
    return max(acknowledged.values()) < min(each.sent_at for each in second)


def answers_by_token(history: History) -> dict[str, list[Message]]:
    """The app's messages by the token they carry, without those that repeat a command."""
    repeated = {(said.workspace, said.ts) for said in history.said if said.command}
    found: dict[str, list[Message]] = defaultdict(list)
    for message in history.messages:
        if message.is_app and (message.workspace, message.ts) not in repeated:
            for token in set(TOKEN.findall(message.text)):
                found[token].append(message)
    return found


def told_by_place(history: History) -> dict[tuple[str, str, str], list[Message]]:
    """What the app said to all in a place that answers nothing, by thread."""
    found: dict[tuple[str, str, str], list[Message]] = defaultdict(list)
    for message in history.messages:
        if message.is_app and not message.only_for and not TOKEN.search(message.text):
            place = (message.workspace, message.channel, message.thread_ts or message.ts)
            found[place].append(message)
    return found


def stands_where(message: Message, said: Said) -> bool:
    thread = message.thread_ts or message.ts
    return (message.workspace, message.channel, thread) == (
        said.workspace,
        said.channel,
        said.thread,
    )


def overlaps(delivery: Delivery, window: Window) -> bool:
    return delivery.sent_at <= window.ended and delivery.ended_at >= window.began


def words_on(form: Form, history: History) -> list[Message]:
    """The messages that say it is saved. A list of all agents, for one person alone, does not."""
    return [
        message
        for message in history.messages
        if message.workspace == form.workspace
        and message.is_app
        and not message.only_for
        and form.name in message.text
    ]
