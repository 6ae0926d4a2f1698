"""The models that a process asks: those whose keys or addresses the operator has set."""

import logging
from functools import partial

import httpx

from bot.settings import Settings
from core.gateway.ports import Provider
from core.gateway.providers.anthropic.adapter import Anthropic
from core.gateway.providers.gemini.adapter import Gemini
from core.gateway.providers.offline.offline import Offline
from core.gateway.providers.openai.adapter import OpenAICompatible
from core.kernel.secret import Secret
from core.knowledge.ports import Embedder
from core.knowledge.second_look.closeness import closeness

log = logging.getLogger(__name__)


def providers(
    settings: Settings, client: httpx.AsyncClient, embedder: Embedder | None = None
) -> list[Provider]:
    """The models in the order they are asked. Without any key: the offline model, which quotes."""
    found: list[Provider] = []
    if settings.groq_api_key:
        found.append(
            OpenAICompatible(
                client, settings.groq_api_key, settings.groq_base_url, settings.groq_model, "groq"
            )
        )
    if settings.anthropic_api_key:
        key, url = settings.anthropic_api_key, settings.anthropic_base_url
        found.append(Anthropic(client, key, url, settings.anthropic_model))
    if settings.gemini_api_key:
        key, url = settings.gemini_api_key, settings.gemini_base_url
        found.append(Gemini(client, key, url, settings.gemini_model))
    if settings.openai_compatible_base_url:
        assert settings.openai_compatible_model is not None
        found.append(
            OpenAICompatible(
                client,
                settings.openai_compatible_api_key or Secret(""),
                settings.openai_compatible_base_url,
                settings.openai_compatible_model,
                "openai-compatible",
            )
        )
    if not found:
        log.warning("no model key is set: the offline model answers by quoting documents")
        compare = partial(closeness, embedder) if embedder else None
        found.append(Offline(settings.offline_words_per_s, closeness=compare))
    return found
