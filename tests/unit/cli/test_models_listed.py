"""`aegis doctor` on models: which are asked, in which order, and what is wrong with a key."""

import pytest

from bot.cli.operations import _list_models
from bot.settings import read_settings

EACH = {
    "OPENAI_COMPATIBLE_BASE_URL": "http://127.0.0.1:11434/v1",
    "OPENAI_COMPATIBLE_MODEL": "llama",
    "GEMINI_API_KEY": "AIza-planted",
    "ANTHROPIC_API_KEY": "sk-ant-planted",
    "ANTHROPIC_MODEL": "claude-9",
    "GROQ_API_KEY": "gsk_planted",
}


async def test_they_are_listed_in_the_order_they_are_asked(capsys):
    assert await _list_models(read_settings(dict(EACH))) == 0

    said = capsys.readouterr().out
    assert said.splitlines() == [
        "ok    models: openai/gpt-oss-120b of groq",
        "ok    models: claude-9 of anthropic",
        "ok    models: gemini-3.6-flash of gemini",
        "ok    models: llama of openai-compatible",
    ]


async def test_without_any_the_offline_model_is_named(capsys):
    assert await _list_models(read_settings({})) == 0

    assert "the offline model quotes documents" in capsys.readouterr().out


@pytest.mark.parametrize("name", [name for name in EACH if name.endswith("_KEY")])
async def test_a_key_that_cannot_be_one_is_named_and_not_shown(capsys, name):
    assert await _list_models(read_settings({name: "schlüssel"})) == 1

    said = capsys.readouterr().out
    assert said.startswith(f"fail  models: the key of {name.split('_')[0].lower()} has")
    assert "schlüssel" not in said
