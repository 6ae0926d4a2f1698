"""The task that embeds a document anew, with the model that new documents get."""

import json

from core.db.tenant import TenantContext
from core.jobs.model import InboxEvent
from core.knowledge.renewal import renew_embeddings as renewal
from core.services import Services


async def renew_embeddings(services: Services, context: TenantContext, event: InboxEvent) -> None:
    task, embedder = json.loads(event.payload), services.filing.shelf.embedder
    if embedder is not None:
        await renewal.renew_embeddings(
            context, embedder, document_id=task["document_id"], model=task["model"]
        )
