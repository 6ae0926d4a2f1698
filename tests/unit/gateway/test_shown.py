"""What a call is said to have sent, and what that is held to cost."""

from dataclasses import replace

from core.gateway.model import ToolSpec
from core.gateway.prompt import build_prompt
from core.gateway.providers.anthropic.body import messages_body
from core.gateway.providers.gemini.body import generate_body
from core.gateway.providers.openai.body import completion_body
from core.gateway.usage.inspection.shown import as_shown
from core.gateway.usage.prices import MOST_ANSWER_TOKENS, tokens_of

FORM = {"type": "object", "properties": {"verdict": {"type": "string"}}}


def test_no_vendor_is_asked_for_more_than_is_paid_for_before(tenant, turn):
    prompt = build_prompt(tenant, turn)

    wanted = (
        messages_body("m", prompt)["max_tokens"],
        generate_body(prompt)["generationConfig"]["maxOutputTokens"],
        completion_body("https://api.groq.com", "m", prompt)["max_completion_tokens"],
    )

    assert max(wanted) <= MOST_ANSWER_TOKENS


def test_the_forms_of_tools_and_of_the_answer_are_shown_and_counted(tenant, turn):
    tool = ToolSpec("post_message", "Posts.", {"properties": {"channel_name": {"type": "string"}}})
    prompt = build_prompt(tenant, replace(turn, tools=(tool,), answer_schema=FORM))

    shown = as_shown(prompt)

    assert "channel_name" in shown
    assert "verdict" in shown


def test_a_letter_that_is_a_token_of_its_own_is_counted_as_one():
    assert tokens_of("每位父母有十八周的带薪育儿假") >= len("每位父母有十八周的带薪育儿假")
    assert tokens_of("plain") == 2
