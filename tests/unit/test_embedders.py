"""Who embeds, by what is set: nobody outside unless the operator has named them."""

import pytest

from bot.models.embedders import open_embedder
from bot.settings import Settings, SettingsError
from core.gateway.providers.wire.client import open_http_client
from core.knowledge.renewal.successor import models_of

GEMINI = {"GEMINI_API_KEY": "k3y"}
COMPATIBLE = {
    "OPENAI_COMPATIBLE_BASE_URL": "https://models.example.com/v1",
    "OPENAI_COMPATIBLE_MODEL": "large",
    "OPENAI_COMPATIBLE_EMBEDDING_MODEL": "small",
}


async def names(tmp_path, **given: str) -> list[str]:
    """The models there are, on a machine without one of its own."""
    settings = Settings.model_validate({"AEGIS_MODEL_DIR": str(tmp_path), **given})
    async with open_http_client() as client:
        embedder = await open_embedder(settings, client)
    return [model.name for model in models_of(embedder)] if embedder else []


async def test_a_key_alone_sends_nothing_to_a_vendor(tmp_path):
    assert await names(tmp_path, **GEMINI, **COMPATIBLE) == []


async def test_the_first_vendor_named_embeds_and_the_others_help_to_find(tmp_path):
    assert await names(tmp_path, **GEMINI, AEGIS_EMBEDDINGS="gemini") == [
        "gemini/gemini-embedding-001@384"
    ]
    both = "openai_compatible, gemini"
    assert await names(tmp_path, **GEMINI, **COMPATIBLE, AEGIS_EMBEDDINGS=both) == [
        "openai_compatible/small@384",
        "gemini/gemini-embedding-001@384",
    ]


@pytest.mark.parametrize(
    ("wanted", "missing"),
    [
        ("gemini", "GEMINI_API_KEY"),
        ("openai_compatible", "OPENAI_COMPATIBLE_EMBEDDING_MODEL"),
        ("somebody", "must be local, gemini or openai_compatible"),
        ("", "must be local"),
    ],
)
async def test_what_is_missing_is_named(tmp_path, wanted, missing):
    with pytest.raises(SettingsError, match=missing):
        await names(tmp_path, AEGIS_EMBEDDINGS=wanted)
