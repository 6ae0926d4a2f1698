"""A file that is dropped has a card at once, which says how far it is and what came of it."""

import re

import pytest

from core.conversations.files import file_card
from core.knowledge.renewal import embed_chunks
from handlers.blocks.knowledge import INDEXES, READS, WAITS
from tests.integration.worker.queueing import until_drained
from tests.scenario.files.dropping import LONG, cards, documents, drop, until_said
from tests.stage import spoken

NOTE = "# Spring fair\n\nOur stand at the spring fair is number 14.\n"


async def test_a_card_says_how_far_a_file_is(stage, new_document, monkeypatch):
    """It waits, is read, is indexed passage by passage, and is there."""
    monkeypatch.setattr(file_card, "FIRST_PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(embed_chunks, "STEP", 1)
    await new_document("hooks.md", LONG[: len(LONG) // 8])
    lines = await stage.play("[{workspace: northwind, person: ana, in: dm, upload: hooks.md}]")

    said = [line["text"] for line in lines if line["author"] == "AEGIS"]
    shown = list(dict.fromkeys(words.split("*")[0].strip() for words in said))
    assert shown == [WAITS, READS, INDEXES, "I have read"]
    assert any(re.search(r"\*hooks.md\*: \d+ of \d+ passages\.", words) for words in said)


async def test_a_file_that_is_read_sooner_than_that_has_one_change_of_its_card(
    stage, new_document, monkeypatch
):
    monkeypatch.setattr(file_card, "FIRST_PAUSE_SECONDS", 60.0)
    await new_document("fair.md", NOTE)
    lines = await stage.play("[{workspace: northwind, person: ana, in: dm, upload: fair.md}]")

    said = [line["text"] for line in lines if line["author"] == "AEGIS"]
    assert said[0].startswith(WAITS)
    assert [words[:11] for words in said[1:]] == ["I have read"]


async def test_a_question_beside_a_file_waits_until_it_is_read(stage, new_document):
    await new_document("fair.md", NOTE)
    lines = await stage.play(
        "[{workspace: northwind, person: ana, in: dm, upload: fair.md,"
        ' comment: "Which stand number do we have at the spring fair?"}]'
    )

    assert "number 14" in spoken(lines, "stream_stop")


async def test_whose_card_was_taken_away_hears_of_it_in_another_message(stage, http):
    """Slack says `message_not_found` to each change."""
    stage.sandbox.refuse("chat.update", "message_not_found")
    await drop(http, "fair.md", NOTE)
    told = await until_said(http, "I have read")
    await until_drained(stage.product.services.database, stage.tenants["northwind"])

    assert len(await cards(http)) == 2
    assert told["text"].startswith("I have read *fair.md*")


@pytest.mark.parametrize("deleted", [True, False], ids=["deleted in Slack", "a page to sign in on"])
async def test_a_file_that_slack_does_not_hand_over_fails_in_words(stage, http, deleted):
    workspace = next(w for w in stage.sandbox.world.workspaces.values() if w.name == "northwind")
    keep = workspace.keep_file

    def keep_and_lose(file, content):
        keep(file, content)
        if deleted:
            del workspace.files[file.id]
        else:
            workspace.file_bytes[file.id] = b"<!DOCTYPE html><title>Sign in | Slack</title>"

    workspace.keep_file = keep_and_lose
    await drop(http, "fair.md", NOTE)
    told = await until_said(http, "I could not read *fair.md*")

    words = "does not have that file any more" if deleted else "is not that file"
    assert words in told["text"]
    assert await documents(stage.tenants["northwind"]) == []
