"""Read a safetensors file: eight bytes of header length, a JSON header, then raw numbers.

Source: the format's own description in the huggingface/safetensors README. Only float32 is read,
because that is all the model uses; nothing in the file is ever executed.
"""

import json
from math import prod

import numpy as np
from numpy.typing import NDArray

Weights = dict[str, NDArray[np.float32]]

_LENGTH_BYTES = 8
_FLOAT_BYTES = 4


def read_weights(content: bytes) -> Weights:
    """Name → array of every float32 tensor in *content*. Raises ValueError when it is malformed."""
    start = _LENGTH_BYTES + int.from_bytes(content[:_LENGTH_BYTES], "little")
    if len(content) < _LENGTH_BYTES or start > len(content):
        raise ValueError("the safetensors header is longer than the file")
    header = json.loads(content[_LENGTH_BYTES:start])
    tensors = {name: entry for name, entry in header.items() if name != "__metadata__"}
    return {
        name: _tensor(content, start, entry["shape"], entry["data_offsets"])
        for name, entry in tensors.items()
        if entry["dtype"] == "F32"
    }


def _tensor(
    content: bytes, start: int, shape: list[int], offsets: tuple[int, int]
) -> NDArray[np.float32]:
    first, last = offsets
    if not 0 <= first <= last <= len(content) - start:
        raise ValueError("a tensor lies outside the file")
    if last - first != prod(shape) * _FLOAT_BYTES:
        raise ValueError("a tensor's shape and its bytes do not agree")
    flat = np.frombuffer(content, dtype="<f4", count=prod(shape), offset=start + first)
    return flat.reshape(shape).astype(np.float32)
