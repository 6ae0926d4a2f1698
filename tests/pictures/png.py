"""A picture of the screen in 256 colours: a third as large, and nobody sees the difference."""

import struct
import zlib
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Colours = NDArray[np.float32]

HEAD = b"\x89PNG\r\n\x1a\n"
MOST = 256
ROUNDS = 8  # of moving the palette's colours to the middle of what they stand for


def write_png(rgba: bytes, width: int, height: int) -> bytes:
    """*rgba*: rows of red, green, blue and a byte that does not count, as a canvas gives them."""
    pixels = np.frombuffer(rgba, np.uint8).reshape(-1, 4).astype(np.uint32)
    flat = pixels[:, 0] << 16 | pixels[:, 1] << 8 | pixels[:, 2]
    seen, place, count = np.unique(flat, return_inverse=True, return_counts=True)
    rgb = np.stack([seen >> 16, (seen >> 8) & 255, seen & 255], axis=1).astype(np.float32)
    palette, nearest = _palette(rgb, count)
    rows = nearest[place].astype(np.uint8).reshape(height, width)
    scanlines = np.concatenate([np.zeros((height, 1), np.uint8), rows], axis=1).tobytes()
    return HEAD + b"".join(
        (
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", palette.tobytes()),
            _chunk(b"IDAT", zlib.compress(scanlines, 9)),
            _chunk(b"IEND", b""),
        )
    )


def _palette(rgb: Colours, count: NDArray[np.int64]) -> tuple[Bytes, NDArray[np.int64]]:
    """The colours, and for each colour of the picture which of them stands for it."""
    often = np.argsort(-count, kind="stable")
    weight = np.sqrt(count)  # else a large surface takes all of the palette for its shades
    colours = rgb[often[:MOST]]
    for _ in range(ROUNDS):
        nearest = _nearest(rgb, colours)
        total = np.bincount(nearest, weight, len(colours))
        sums = [np.bincount(nearest, weight * rgb[:, part], len(colours)) for part in range(3)]
        used = total > 0
        colours[used] = (np.stack(sums, axis=1)[used] / total[used, None]).astype(np.float32)
    # The large surfaces keep the very colour they have on the page.
    largest = rgb[often[: MOST // 8]]
    colours[_nearest(largest, colours)] = largest
    return np.rint(colours).astype(np.uint8), _nearest(rgb, np.rint(colours))


def _nearest(rgb: Colours, colours: Colours) -> NDArray[np.int64]:
    """Which of *colours* is nearest, some thousand at a time: the table of distances is large."""
    edges = [*range(0, len(rgb), 4096), len(rgb)]
    squares = (colours**2).sum(axis=1)
    parts = [(squares - 2 * rgb[a:b] @ colours.T).argmin(axis=1) for a, b in pairwise(edges)]
    return np.concatenate(parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
