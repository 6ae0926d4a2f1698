"""`aegis serve --all` against a server we did not write the product for."""

import asyncio

from tests.scenario.test_processes import HANDBOOK, aegis, environment, serving
from tests.scenario.tiny_slack import tiny_slack

__all__ = ["environment"]


async def test_it_answers_where_little_is_served_and_less_is_said(environment, tmp_path):
    handbook = tmp_path / "handbook.md"
    handbook.write_text(HANDBOOK, "utf-8")
    async with tiny_slack() as slack:
        tokens = {
            "SLACK_API_BASE_URL": f"{slack.url}/api/",
            "SLACK_BOT_TOKEN": "xoxb-1",
            "SLACK_APP_TOKEN": "xapp-1",
        }
        async with serving(environment | tokens):
            status, said = await aegis(environment, "kb", "add", str(handbook))
            assert status == 0, said
            async with asyncio.timeout(30):
                await slack.connected.wait()

            direct = await slack.say("D1", "What is the bike stipend?")
            await slack.until(lambda: "900 euros" in slack.said_in(direct))

            words = "<@UBOT> what is the bike stipend?"
            mention = await slack.say("C1", words, type="app_mention")
            await slack.until(lambda: "handbook.md" in slack.said_in(mention))
            await slack.say("C1", "How often can I claim it?", thread_ts=mention)
            await slack.until(lambda: slack.said_in(mention).count("Offline model") >= 2)

            command = {"command": "/ask", "text": "pia what is the bike stipend?"}
            command |= {"team_id": "T1", "channel_id": "C1", "user_id": "U2", "trigger_id": "1.2"}
            await slack.send("slash_commands", command | {"response_url": f"{slack.url}/respond"})
            await slack.until(lambda: "asks *Pia" in str(slack.messages))
            (root,) = [ts for ts, m in slack.messages.items() if "asks *Pia" in m["text"]]
            await slack.until(lambda: "900 euros" in slack.said_in(root))

    assert not slack.responses
