"""A message of unknown end is looked for where it may stand, and another app's is not taken for it."""

import os
import time

import pytest

from bot.sandbox.model.message import Message
from bot.slack.posts import CLOCKS_APART
from core.conversations import store
from core.conversations.model import Outgoing
from core.conversations.outbox import post
from core.conversations.ports import UNKNOWN, CannotPost
from tests.integration.delivery.asked import ask


@pytest.fixture
async def api(stage):
    """The bot's own, and in no hurry to keep a pace."""
    clients = stage.product.clients
    return clients.api((await clients.of(stage.tenants["northwind"])).token)


@pytest.fixture
async def at_the_root(stage, api, monkeypatch):
    """A message in a channel, with five newer ones above it, although nobody wrote down its ts. Slack
    shows two at a time."""
    monkeypatch.setattr("bot.slack.posts.PAGE", 2)
    context = stage.tenants["northwind"]
    channel = stage.sandbox.world.find_workspace("northwind").find_channel("general").id
    key, message = f"ask:{os.urandom(4).hex()}", Outgoing(channel, "Once, at the root")
    async with context.db.transaction() as tx:
        await store.put_outbox(tx, key, message)
        await store.mark_sending(tx, key)
    metadata = {"event_type": "aegis_message", "event_payload": {"key": key}}
    made = await api.chat_postMessage(channel=channel, text=message.text, metadata=metadata)
    for number in range(5):
        await api.chat_postMessage(channel=channel, text=f"Message {number}")
    return context, message, key, made["ts"]


async def test_a_message_is_found_below_many_newer_ones_of_its_channel(stage, at_the_root):
    context, message, key, ts = at_the_root

    assert await post(context, stage.product.services.staff.messenger, message, key=key) == ts


async def test_a_channel_too_full_to_look_through_is_not_taken_for_one_without_the_message(
    stage, at_the_root, monkeypatch
):
    monkeypatch.setattr("bot.slack.posts.MOST_PAGES", 2)
    context, message, key, _ = at_the_root
    with pytest.raises(CannotPost) as refused:
        await post(context, stage.product.services.staff.messenger, message, key=key)

    assert refused.value.reason == UNKNOWN


async def test_what_stood_there_before_is_not_looked_through(stage, at_the_root, monkeypatch):
    monkeypatch.setattr("bot.slack.posts.MOST_PAGES", 1)
    context, message, key, _ = at_the_root
    since = time.time() + 2 * CLOCKS_APART
    messenger = stage.product.services.staff.messenger

    assert await messenger.find_posted(context, message, key=key, since=since) is None


@pytest.mark.parametrize(
    ("author", "event_type", "is_ours"),
    [
        ({"user": "U0OTHERBOT", "bot_id": "B0OTHER"}, "aegis_message", False),
        ({"user": "", "bot_id": "B0OTHER"}, "aegis_message", False),
        ({}, "whatever", False),
        ({"user": ""}, "aegis_message", True),  # under another name
    ],
    ids=["another app", "under another name", "of another kind", "ours"],
)
async def test_another_apps_message_with_our_key_is_not_ours(
    stage, http, author, event_type, is_ours
):
    """Whoever is in a channel reads the keys of our messages, and may write them."""
    context = stage.tenants["northwind"]
    workspace = stage.sandbox.world.find_workspace("northwind")
    place = (await ask(stage, http)).question.place
    channel, root = place.channel, place.thread_ts
    message, key = Outgoing(channel, "The real one", root), f"reply:{os.urandom(4).hex()}"
    async with context.db.transaction() as tx:
        await store.put_outbox(tx, key, message)
        await store.mark_sending(tx, key)
    us = {"user": workspace.bot_user_id, "bot_id": workspace.bot_id}
    there = Message(ts=f"{float(root) + 1:.6f}", team=workspace.id, thread_ts=root, **us | author)
    there.metadata = {"event_type": event_type, "event_payload": {"key": key}}
    workspace.channels[channel].add(there)

    ts = await post(context, stage.product.services.staff.messenger, message, key=key)

    assert (ts == there.ts) is is_ours
