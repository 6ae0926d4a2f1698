"""The measurement of search measures what it says. No test here looks at a time: machines differ."""

import gzip
import json

import pytest

from bench.retrieval import sets
from bench.retrieval.made_up import CHUNKS_A_DOCUMENT, MadeUp, StandInEmbedder
from bench.retrieval.quality import WAYS, Quality, measure_way, ndcg, store_set
from bench.retrieval.report import as_json, as_table
from bench.retrieval.times import Latency, measure_search

NO_TIMES: dict[str, Latency] = {}


@pytest.fixture
def folder(tmp_path):
    """A set of three texts and two questions, of which one has an answer."""
    made = tmp_path / "small"
    made.mkdir()
    texts = [
        {"_id": "a", "title": "Airships", "text": "The zeppelin lands on Tuesday."},
        {"_id": "b", "title": "", "text": "A bicycle is cheap."},
        {"_id": "c", "title": "Trains", "text": "Trains are slow. " * 400},
    ]
    with gzip.open(made / "corpus.jsonl.gz", "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(text) + "\n" for text in texts)
    questions = [
        {"_id": "1", "text": "What flies?\nWhen does the zeppelin land?"},
        {"_id": "2", "text": "Why?"},
    ]
    (made / "queries.jsonl").write_text("\n".join(map(json.dumps, questions)), "utf-8")
    (made / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n1\ta\t1\n1\tb\t0\n", "utf-8")
    return made


def test_the_gain_of_an_order_is_measured_against_the_best_one():
    gains = {"a": 2, "b": 1}
    assert ndcg(["a", "b", "c"], gains) == 1.0
    assert ndcg(["c", "d"], gains) == 0.0
    assert 0 < ndcg(["b", "a"], gains) < ndcg(["a", "x", "b"], gains) < 1
    assert ndcg(["x"] * 10 + ["a"], gains) == 0.0


def test_a_set_is_cut_as_documents_are_and_its_last_line_is_asked(folder):
    found = sets.read_set(folder, StandInEmbedder())

    assert [source.name for source in found.sources] == ["a", "b", "c"]
    assert [piece.heading for piece in found.sources[0].chunks] == ["Airships"]
    assert len(found.sources[2].chunks) > 1
    (asked,) = found.asked  # a question nobody answered is no measure
    assert (asked.question, asked.history) == ("When does the zeppelin land?", ("What flies?",))
    assert asked.gains == {"a": 1}


async def test_a_set_is_embedded_once(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(sets, "CACHE", tmp_path / "kept")
    embedder = StandInEmbedder()
    found = sets.read_set(folder, embedder)

    first = await sets.embed_set(found, embedder)
    # The stand-in would make other numbers now.
    assert await sets.embed_set(found, embedder) == first
    assert len(first) == sum(len(source.chunks) for source in found.sources)


async def test_every_way_of_searching_is_measured_on_the_products_own_statement(context, folder):
    embedder = StandInEmbedder()
    found = sets.read_set(folder, embedder)
    texts = [piece.text for source in found.sources for piece in source.chunks]
    names = await store_set(context, embedder.name, found, await embedder.embed(texts))

    measured = {way.name: await measure_way(context, embedder, found, names, way) for way in WAYS}
    assert measured["words"].ndcg10 == 1.0
    assert all(quality.recall100 == 1.0 for quality in measured.values())
    kept = as_json({"small": measured}, {"10k": Latency(1.0, 2.0)})
    assert kept["default_ndcg10_mean"] == measured["default"].ndcg10
    assert (kept["ms_p50_10k"], set(kept["sets"]["small"])) == (1.0, set(measured))


def test_what_was_not_measured_is_not_reported():
    assert as_json({}, NO_TIMES) == {}
    assert as_table({}, NO_TIMES) == ""


def test_the_baselines_stand_beside_the_figures_of_their_set():
    ways = {way.name: Quality(0.5, 0.5, 1.0) for way in WAYS}
    assert "0.425" in as_table({"cisi": ways}, NO_TIMES)
    assert "baseline" not in as_table({"other": ways}, NO_TIMES)


async def test_the_same_passages_are_made_up_again_and_are_asked_about(context):
    assert MadeUp(3).texts(5) == MadeUp(3).texts(5)
    assert MadeUp(3).texts(5) != MadeUp(4).texts(5)

    await measure_search(context, StandInEmbedder(), CHUNKS_A_DOCUMENT + 7)
    async with context.db.transaction() as tx:
        sizes = await tx.fetch("select chunk_count from document order by chunk_count")
        signs = await tx.fetchval("select count(*) from chunk_sign")
    assert [row["chunk_count"] for row in sizes] == [7, CHUNKS_A_DOCUMENT]
    assert signs == CHUNKS_A_DOCUMENT + 7
