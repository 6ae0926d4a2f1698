"""Who embeds: the model on this machine, or a vendor that the operator has named."""

import asyncio
import logging
import sys
from pathlib import Path

import httpx

from bot.settings import Settings, SettingsError
from core.kernel.secret import Secret
from core.knowledge.embedding.minilm import load
from core.knowledge.embedding.vendors.embedder import Vendor, VendorEmbedder
from core.knowledge.embedding.vendors.gemini import Gemini
from core.knowledge.embedding.vendors.openai_compatible import OpenAICompatible
from core.knowledge.ports import Embedder
from core.knowledge.ranking.question import rarity_by_list
from core.knowledge.renewal.successor import Successor

log = logging.getLogger(__name__)

LOCAL = "local"
FOR_DOCUMENTS = 10  # the niceness of a batch job, as nice(1) gives it


async def open_embedder(
    settings: Settings, client: httpx.AsyncClient | None = None, *, niceness: int = 0
) -> Embedder | None:
    """Whoever embeds new documents, and whoever still embeds questions for old ones; None where there
    is nobody. Without *client*, vendors are left out. *niceness*: how far the model on this machine
    stands back (`FOR_DOCUMENTS`: nobody waits for it as for an answer). Raises SettingsError."""
    wanted = [name.strip() for name in settings.embeddings.split(",")]
    local = await asyncio.to_thread(load, _model_folder(settings), niceness=niceness)
    rarity = local.rarity if local else rarity_by_list
    # The model on this machine sends nothing anywhere: what it has embedded it always helps to find.
    found: list[Embedder] = []
    for name in dict.fromkeys([*wanted, LOCAL]):
        if name == LOCAL:
            found += [local] if local else []
        else:
            vendor = _vendor(name, settings, client)
            found += [VendorEmbedder(vendor, rarity)] if vendor else []
    if not found:
        log.warning("no embedding model on this machine: search goes by words alone (BM25)")
    return Successor(found) if len(found) > 1 else next(iter(found), None)


def _model_folder(settings: Settings) -> Path:
    return settings.model_dir or Path(sys.prefix) / "share" / "aegis" / "minilm"


def _vendor(name: str, settings: Settings, client: httpx.AsyncClient | None) -> Vendor | None:
    if name == "gemini":
        if settings.gemini_api_key is None:
            raise SettingsError("AEGIS_EMBEDDINGS: says gemini, and GEMINI_API_KEY is missing")
        key, url = settings.gemini_api_key, settings.gemini_base_url
        return Gemini(client, key, url, settings.gemini_embedding_model) if client else None
    if name == "openai_compatible":
        given, model = (
            settings.openai_compatible_base_url,
            settings.openai_compatible_embedding_model,
        )
        if given is None or model is None:
            raise SettingsError(
                "AEGIS_EMBEDDINGS: says openai_compatible, which needs OPENAI_COMPATIBLE_BASE_URL "
                "and OPENAI_COMPATIBLE_EMBEDDING_MODEL"
            )
        secret = settings.openai_compatible_api_key or Secret("")
        return OpenAICompatible(client, secret, given, model) if client else None
    raise SettingsError(
        "AEGIS_EMBEDDINGS: must be local, gemini or openai_compatible, or several with commas"
    )
