"""What the tests of files in Slack share: a file dropped, and what its owner sees of it."""

import aiohttp

from tests.scenario.test_recovery import until

LONG = "# Hooks\n\n" + "\n\n".join(
    f"## Wall {n}\n\nBicycle number {n} hangs on hook {n} of the workshop wall, behind the door."
    for n in range(400)
)


async def drop(http, name, text, *, comment="", person="ana"):
    """The message's ts."""
    form = aiohttp.FormData({"workspace": "northwind", "person": person, "in": "dm"})
    if comment:
        form.add_field("comment", comment)
    form.add_field("file", text.encode(), filename=name)
    async with http.post("/sandbox/upload", data=form) as answer:
        assert answer.status == 200, await answer.text()
        return (await answer.json())["ts"]


async def cards(http, person="ana"):
    """The app's messages in that person's direct message, as they stand."""
    query = f"/sandbox/messages?workspace=northwind&person={person}&channel=dm"
    async with http.get(query) as answer:
        found = await answer.json()
    return [m for m in found["messages"] if m.get("bot_id") and not m["deleted"]]


async def until_said(http, words, *, seconds=60.0):
    """The message with *words* in it."""

    async def look():
        return [card for card in await cards(http) if words in card["text"]]

    return (await until(look, seconds))[0]


async def documents(context):
    """(title, state, chunks that are there) of each."""
    async with context.db.transaction() as tx:
        found = await tx.fetch(
            "select d.title, d.state, count(c.id) as chunks from document d"
            " left join chunk c using (document_id) group by d.id order by d.id"
        )
    return [tuple(row) for row in found]
