"""`python -m bench.retrieval`: how well and how fast is found; writes bench/retrieval.json.

`--only quality` and `--only times` take a part of it and leave the other figures as they were.
"""

import asyncio
import json
import sys
import tempfile
from pathlib import Path

import click

from bench.installation import open_installation
from bench.retrieval.made_up import StandInEmbedder
from bench.retrieval.quality import WAYS, Quality, measure_way, store_set
from bench.retrieval.report import as_json, as_table
from bench.retrieval.sets import NAMES, data_folder, embed_set, read_set
from bench.retrieval.times import Latency, measure_search
from bot.models.embedders import open_embedder
from bot.settings import Settings
from core.knowledge.ports import Embedder

KEPT = Path(__file__).resolve().parents[1] / "retrieval.json"
SIZES = {"10k": 10_000, "100k": 100_000}
PARTS = ("quality", "times")


async def quality(embedder: Embedder) -> dict[str, dict[str, Quality]]:
    """Each set there is, in a workspace of its own, each way of searching."""
    folders = [data_folder() / name for name in NAMES]
    found = [folder for folder in folders if (folder / "corpus.jsonl.gz").is_file()]
    for missing in sorted(set(folders) - set(found)):
        _say(f"{missing.name} skipped: it is not in {data_folder()} (set AEGIS_SHARED)")
    measured: dict[str, dict[str, Quality]] = {}
    with tempfile.TemporaryDirectory(prefix="aegis-bench-") as folder:
        async with open_installation(Path(folder), len(NAMES)) as installation:
            for source, tenant in zip(found, installation.workspaces.values(), strict=False):
                _say(f"{source.name} …")
                context = await installation.storage.database.tenant(tenant)
                asked = await asyncio.to_thread(read_set, source, embedder)
                embeddings = await embed_set(asked, embedder)
                names = await store_set(context, embedder.name, asked, embeddings)
                measured[source.name] = {
                    way.name: await measure_way(context, embedder, asked, names, way)
                    for way in WAYS
                }
    return measured


async def times(embedder: Embedder) -> dict[str, Latency]:
    taken = {}
    for size, chunks in SIZES.items():
        _say(f"{size} chunks …")
        # An installation each: neither finds its tables in the other's memory.
        with tempfile.TemporaryDirectory(prefix="aegis-bench-") as folder:
            async with open_installation(Path(folder), 1) as installation:
                taken[size] = await measure_search(await installation.context(), embedder, chunks)
    return taken


async def take(only: str) -> tuple[dict[str, dict[str, Quality]], dict[str, Latency]]:
    embedder = await open_embedder(Settings.model_validate({}))
    measured: dict[str, dict[str, Quality]] = {}
    if embedder is not None and only in ("", "quality"):
        measured = await quality(embedder)
    elif embedder is None:
        _say("quality skipped: there is no embedding model on this machine (make model)")
    return measured, await times(embedder or StandInEmbedder()) if only != "quality" else {}


def _say(words: str) -> None:
    print(f"  {words}", file=sys.stderr)


@click.command()
@click.option("--only", default="", type=click.Choice(["", *PARTS]), help="One of the two parts.")
def main(only: str) -> None:
    """Measure how well and how fast the product's search finds."""
    measured, latencies = asyncio.run(take(only))
    print(as_table(measured, latencies))
    before = json.loads(KEPT.read_text("utf-8")) if KEPT.is_file() else {}
    kept = before | as_json(measured, latencies)
    KEPT.write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n", "utf-8")


if __name__ == "__main__":
    main(prog_name="bench.retrieval")
