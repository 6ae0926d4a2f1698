"""Rows in, knowledge out: one function per statement of queries.sql."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import asyncpg

from core.db import sql
from core.db.transaction import Tx
from core.knowledge.model import EVERYWHERE, Chunk, Document, Holding, Scope, Sight, Within
from core.knowledge.ranking.blend import DEFAULT_BLEND, Blend
from core.knowledge.ranking.embedded import Embedded
from core.knowledge.ranking.question import Question

SQL = sql.load("core.knowledge")


async def lock_knowledge(tx: Tx) -> None:
    await tx.execute(SQL["lock_knowledge"])


async def find_same_content(
    tx: Tx, content_sha256: str, scope: Scope, owner_id: str, channel_id: str = ""
) -> tuple[Document, str] | None:
    """The document with this very content, and the model its embeddings are of."""
    row = await tx.fetchrow(SQL["find_same_content"], content_sha256, scope, owner_id, channel_id)
    return (_document(row), row["embedding_model"]) if row else None


async def find_same_title(
    tx: Tx, title: str, scope: Scope, owner_id: str, channel_id: str = ""
) -> list[Document]:
    rows = await tx.fetch(SQL["find_same_title"], title, scope, owner_id, channel_id)
    return [_document(row) for row in rows]


async def find_document(tx: Tx, document_id: str) -> tuple[Document, str] | None:
    """The document and the sha256 of its content."""
    row = await tx.fetchrow(SQL["find_document"], document_id)
    return (_document(row), row["content_sha256"]) if row else None


async def list_documents(tx: Tx, sight: Sight) -> list[Document]:
    rows = await tx.fetch(
        SQL["list_documents"], sight.person_id, sight.workspace, sorted(sight.channels)
    )
    return [_document(row) for row in rows]


async def list_holdings(tx: Tx, *, everybodys: bool) -> list[Holding]:
    """The workspace's documents or, with *everybodys*, those of channels and of persons too."""
    return [Holding(**row) for row in await tx.fetch(SQL["list_holdings"], everybodys)]


async def shows_more(tx: Tx, sight: Sight, than: Sight) -> bool:
    """Whether there is a document in *sight* that is not in the other."""
    return bool(
        await tx.fetchval(
            SQL["shows_more"],
            *(sight.person_id, sight.workspace, sorted(sight.channels)),
            *(than.person_id, than.workspace, sorted(than.channels)),
        )
    )


async def list_channels(tx: Tx) -> list[str]:
    """The channels that have documents of their own, first those that were given one last."""
    return [row["channel_id"] for row in await tx.fetch(SQL["list_channels"])]


async def list_scopes(tx: Tx, document_ids: Sequence[str]) -> dict[str, tuple[str, str, str]]:
    """(scope, owner, channel) of each of these documents that is there."""
    rows = await tx.fetch(SQL["list_scopes"], document_ids)
    return {row["document_id"]: (row["scope"], row["owner_id"], row["channel_id"]) for row in rows}


async def list_chunks(tx: Tx, document_id: str, limit: int) -> list[tuple[str, int | None, str]]:
    """(heading, page, text) from the beginning of a document on."""
    rows = await tx.fetch(SQL["list_chunks"], document_id, limit)
    return [(row["heading"], row["page"], row["body"]) for row in rows]


async def list_passage(
    tx: Tx, document_id: str, first: int, last: int
) -> list[tuple[str, int | None, str]]:
    """(heading, page, text) of the chunks from *first* to *last*."""
    rows = await tx.fetch(SQL["list_passage"], document_id, first, last)
    return [(row["heading"], row["page"], row["body"]) for row in rows]


async def put_chunks(tx: Tx, document_id: str, title: str, chunks: Sequence[Chunk]) -> None:
    """*title*: as words to search by, beside those of the text."""
    await tx.execute(
        SQL["put_chunks"],
        document_id,
        title,
        [chunk.position for chunk in chunks],
        [chunk.heading for chunk in chunks],
        [chunk.page for chunk in chunks],
        [chunk.text for chunk in chunks],
    )


async def put_embeddings(tx: Tx, document_id: str, embeddings: Sequence[Sequence[float]]) -> None:
    """One embedding per chunk, in the order of their positions."""
    positions = list(range(len(embeddings)))
    written = [vector_text(embedding) for embedding in embeddings]
    await tx.execute(SQL["put_embeddings"], document_id, positions, written)


async def count_lexemes_in(tx: Tx, document: Document) -> None:
    """The caller holds the tenant's knowledge lock since it read whose *document* is."""
    await tx.execute(SQL["count_lexemes_in"], document.document_id, document.audience)


async def count_lexemes_out(tx: Tx, document: Document) -> None:
    """As above."""
    await tx.execute(SQL["count_lexemes_out"], document.document_id, document.audience)


async def drop_unused_lexemes(tx: Tx) -> None:
    await tx.execute(SQL["drop_unused_lexemes"])


async def drop_document(tx: Tx, document_id: str) -> None:
    await tx.execute(SQL["drop_document"], document_id)


async def list_models(tx: Tx) -> set[str]:
    """The models that documents are embedded with; the empty one is that of those that are not."""
    return {row["embedding_model"] for row in await tx.fetch(SQL["list_models"])}


async def list_outdated(tx: Tx, model: str, limit: int) -> list[str]:
    """Ids of documents that are not embedded with *model*, the oldest first."""
    return [row["document_id"] for row in await tx.fetch(SQL["list_outdated"], model, limit)]


async def find_model(tx: Tx, document_id: str) -> str | None:
    """The model a document is embedded with, or None when it is gone."""
    model: str | None = await tx.fetchval(SQL["find_model"], document_id)
    return model


async def list_all_chunks(tx: Tx, document_id: str) -> list[Chunk]:
    """In the order of their positions."""
    rows = await tx.fetch(SQL["list_all_chunks"], document_id)
    return [Chunk(row["position"], row["heading"], row["page"], row["body"]) for row in rows]


async def drop_embeddings(tx: Tx, document_id: str) -> None:
    await tx.execute(SQL["drop_embeddings"], document_id)


async def note_model(tx: Tx, document_id: str, model: str) -> None:
    await tx.execute(SQL["note_model"], document_id, model)


async def share_document(tx: Tx, document: Document, scope: Scope, channel_id: str) -> Document:
    """With the workspace, or with a channel; it is nobody's own any more, nor are its words."""
    shared = replace(document, scope=scope, owner_id="", channel_id=channel_id)
    await count_lexemes_out(tx, document)
    await tx.execute(SQL["share_document"], document.document_id, scope, channel_id)
    await count_lexemes_in(tx, shared)
    await drop_unused_lexemes(tx)
    return shared


async def search_chunks(
    tx: Tx,
    asked: Question,
    *,
    sight: Sight,
    embedded: Sequence[Embedded],
    candidates: int,
    limit: int,
    blend: Blend = DEFAULT_BLEND,
    within: Within = EVERYWHERE,
) -> Sequence[Mapping[str, Any]]:
    """The best *limit* chunks with all that judging them takes; see the statement for the columns.

    *embedded*: the question for each model that documents may have been embedded with; without one
    for its model, a document is found by words alone.
    """
    telling = [word.text for word, _ in asked.telling]
    words = ["", *telling, *telling]
    rows = await tx.fetch(
        SQL["search_chunks"],
        [word.text for word in asked.words],
        [word.rarity for word in asked.words],
        [word.asked for word in asked.words],
        sight.person_id,
        [by.model for by in embedded],
        [vector_text(by.sought) for by in embedded],
        candidates,
        limit,
        words * len(embedded),
        [vector_text(vector) for by in embedded for vector in by.judged],
        [by.model for by in embedded for _ in words],
        blend.meaning,
        blend.earlier,
        blend.likeness,
        *(within.document_id, within.title_start, within.added_from, within.added_before),
        sight.workspace,
        sorted(sight.channels),
        sight.audiences,
    )
    return [dict(row) for row in rows]


def vector_text(embedding: Sequence[float]) -> str:
    """pgvector's text form; half precision keeps three digits, so five are enough."""
    return "[" + ",".join(f"{number:.5g}" for number in embedding) + "]"


def _document(row: asyncpg.Record) -> Document:
    return Document(
        document_id=row["document_id"],
        title=row["title"],
        media=row["media"],
        pages=row["pages"],
        chunk_count=row["chunk_count"],
        scope=row["scope"],
        owner_id=row["owner_id"],
        channel_id=row["channel_id"],
        added_by=row["added_by"],
    )
