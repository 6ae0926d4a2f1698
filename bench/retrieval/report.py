"""What was measured, as a table for people and as JSON for programs."""

from collections.abc import Mapping
from dataclasses import asdict
from statistics import fmean
from typing import Any

from bench.retrieval.quality import WAYS, Quality
from bench.retrieval.times import Latency

# nDCG@10 and recall@100 of others on the same sets, measured once with the same model: BM25 in
# memory (bm25s, no stems), PostgreSQL's own ts_rank over any word, MiniLM by itself, and BM25 in SQL
# joined with it by reciprocal rank (k 60), which was the best of them.
BASELINES: dict[str, dict[str, tuple[float, float]]] = {
    "ts_rank, any word": {
        "cisi": (0.278, 0.34), "cranfield": (0.332, 0.70), "mtragun-pool-3turns": (0.727, 0.96),
    },
    "BM25 in SQL": {
        "cisi": (0.334, 0.41), "cranfield": (0.377, 0.74), "mtragun-pool-3turns": (0.809, 0.98),
    },
    "MiniLM int8": {
        "cisi": (0.429, 0.47), "cranfield": (0.392, 0.77), "mtragun-pool-3turns": (0.789, 0.98),
    },
    "RRF of both": {
        "cisi": (0.425, 0.48), "cranfield": (0.429, 0.80), "mtragun-pool-3turns": (0.849, 0.99),
    },
}  # fmt: skip

# What each way is called by who asks for the table; the rerank is by likeness to the best (`Blend`).
LABELS = {
    "words": "words alone",
    "vectors": "vectors alone",
    "fused": "fused",
    "default": "fused + rerank, the default",
}

Measured = Mapping[str, Mapping[str, Quality]]  # set → way → figures


def default_mean(measured: Measured) -> float:
    """nDCG@10 of the way that ships, over the sets."""
    return fmean(ways[WAYS[-1].name].ndcg10 for ways in measured.values())


def as_json(measured: Measured, times: Mapping[str, Latency]) -> dict[str, Any]:
    """Every figure; a mean or a time that was not taken is not there."""
    found: dict[str, Any] = {f"ms_p50_{size}": one.p50 for size, one in times.items()}
    found |= {f"ms_p95_{size}": one.p95 for size, one in times.items()}
    if measured:
        found["default_ndcg10_mean"] = default_mean(measured)
        found["sets"] = {
            name: {way: asdict(quality) for way, quality in ways.items()}
            for name, ways in measured.items()
        }
    return found


def as_table(measured: Measured, times: Mapping[str, Latency]) -> str:
    lines = []
    for name, ways in measured.items():
        lines.append(f"{name:<32}{'nDCG@10':>9}{'recall@100':>12}{'ms':>8}")
        for baseline, figures in BASELINES.items():
            if name in figures:
                ndcg10, recall100 = figures[name]
                lines.append(f"  baseline: {baseline:<20}{ndcg10:>9.3f}{recall100:>12.2f}{'':>8}")
        for way, one in ways.items():
            label = LABELS.get(way, way)
            lines.append(f"  {label:<30}{one.ndcg10:>9.3f}{one.recall100:>12.2f}{one.ms_p50:>8.1f}")
    if measured:
        lines.append(f"{'default, mean over the sets':<32}{default_mean(measured):>9.4f}")
    for size, latency in times.items():
        told = f"{latency.p50:.1f} ms at the median, {latency.p95:.1f} at the 95th of a hundred"
        lines.append(f"one search among {size} chunks: {told}")
    return "\n".join(lines)
