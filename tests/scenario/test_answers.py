"""Answers in the thread: stopped, long, addressed by name, about what could not be read."""

import json

import pytest
from aiohttp import web

from bot.cli.app_manifest import PROMPTS
from handlers.blocks.refusals import GUEST
from tests.scenario.test_providers import vendor
from tests.stage import spoken

RULES = "# Rules\n\n## Hooks\n\n" + " ".join(
    f"Bicycle number {n} hangs on hook {n} of the wall." for n in range(1, 9)
)


async def furnish(stage):
    await stage.add_document("northwind", "Rules.md", RULES)


async def test_stop_ends_the_answer_where_it_is(stage_with):
    async with stage_with(words_per_s=8) as stage:
        await furnish(stage)
        lines = await stage.play(
            """
            - workspace: northwind
              person: ana
              in: dm
              say: On which hook does bicycle number 3 hang?
            - stop:
            """
        )
        async with stage.tenants["northwind"].db.transaction() as tx:
            answer = await tx.fetchval("select answer from turn")
            stops = await tx.fetchval(
                "select count(*) from audit_event where action = 'conversations:turn:stop'"
            )

    last = [line["text"] for line in lines if line["kind"] == "stream_stop"][-1]
    assert last.rstrip().endswith("_Stopped._")
    assert "Offline model" not in last
    assert answer.endswith("_Stopped._")
    assert stops == 1


async def test_an_answer_too_long_for_one_message_goes_on_in_the_next_with_its_fence(stage_with):
    code = "\n".join(f"line {n}: {'x' * 60}" for n in range(400))

    async def streams(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        text = f"Here it is:\n\n```python\n{code}\n```\n\nThat was it."
        for start in range(0, len(text), 500):
            chunk = {"choices": [{"index": 0, "delta": {"content": text[start : start + 500]}}]}
            await response.write(f"data: {json.dumps(chunk)}\n\n".encode())
        await response.write(b'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n')
        await response.write(b"data: [DONE]\n\n")
        return response

    async with vendor(streams) as (url, _):
        model = {"openai_compatible_base_url": url, "openai_compatible_model": "m"}
        async with stage_with(settings=model) as stage:
            lines = await stage.play(
                "[{workspace: northwind, person: ana, in: dm, say: Show me all lines}]"
            )

    messages = [line["text"] for line in lines if line["kind"] == "stream_stop"]
    assert len(messages) >= 3
    assert all(text.count("```") % 2 == 0 for text in messages)
    assert all(len(text) <= 12_000 for text in messages)
    for number in range(400):
        assert sum(f"line {number}: " in text for text in messages) == 1, number
    assert messages[-1].rstrip().endswith("That was it.\n[Good answer] [Bad answer]")


async def test_an_agent_called_by_name_answers_and_the_thread_stays_with_the_first(stage):
    lines = await stage.play(
        """
        - workspace: northwind
          person: ana
          in: dm
          say: "finn, what may a hotel cost?"
        - thread: last
          say: And a train?
        - thread: last
          say: "ask legal: may we?"
        - thread: last
          say: Thank you
        """
    )

    authors = [line["author"] for line in lines if line["kind"] == "stream_stop"]
    assert [author.split(" ")[0] for author in authors] == ["Finn", "Finn", "Lex", "Finn"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("blank.md", b" \n\n", "could not read"),
        ("noise.pdf", b"%PDF-1.7\n\x00\x01garbage", "could not read"),
        ("program.exe", b"MZ\x90\x00\x03\x00\x00\x00" * 50, "could not read"),
    ],
)
async def test_a_file_that_cannot_be_read_is_said_to_be_so(stage, tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    lines = await stage.play(f"[{{workspace: northwind, person: ben, in: dm, upload: {name}}}]")
    async with stage.tenants["northwind"].db.transaction() as tx:
        documents = await tx.fetchval("select count(*) from document")

    assert words in spoken(lines)
    assert name in spoken(lines)
    assert documents == 0


async def test_a_guests_file_and_question_are_refused_once(stage, tmp_path):
    (tmp_path / "plan.md").write_text("# Plan\n\nThe fair is in May.\n")
    lines = await stage.play(
        """[{workspace: northwind, person: gil, in: dm, upload: plan.md, comment: "When is it?"}]"""
    )

    assert [line["text"] for line in lines if line["author"] == "AEGIS"] == [GUEST]


async def test_a_file_with_a_mention_in_a_channel_is_not_passed_over_in_silence(stage, tmp_path):
    (tmp_path / "plan.md").write_text("# Plan\n\nThe fair is in May.\n")
    lines = await stage.play(
        """
        - {workspace: northwind, person: ben, in: "#general", upload: plan.md, comment: "@AEGIS when is it?"}
        """
    )

    assert "direct message" in spoken(lines)


async def test_a_mention_without_a_question_gets_the_help(stage):
    lines = await stage.play(
        """[{workspace: northwind, person: ana, in: "#general", say: "@AEGIS"}]"""
    )

    assert "/ask" in spoken(lines)


@pytest.mark.parametrize("words", ["help", PROMPTS[0][1], "Who are you?"])
async def test_a_question_about_the_agents_is_answered_with_the_help(stage, words):
    lines = await stage.play(f"[{{workspace: northwind, person: ana, in: dm, say: '{words}'}}]")

    assert "/ask" in spoken(lines)


async def test_an_unknown_subcommand_suggests_the_nearest(stage):
    lines = await stage.play(
        """[{workspace: northwind, person: ana, in: "#general", command: "/aegis hlep"}]"""
    )

    assert "/aegis help" in spoken(lines)
