"""Which call a piece belongs to, with vendors that count differently or not at all.

By the book a call's first piece has an index, an id and a name, and the later ones only the index.
Seen besides: every call under index 0 with an id of its own; no index; no id; neither.
"""

from core.gateway.providers.openai.chunk import CallPiece
from core.gateway.providers.wire.calls import Calls


class CallPieces:
    """Puts pieces together in the order in which they come."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._by_index: dict[object, tuple[int, str]] = {}
        self._by_id: dict[str, int] = {}
        self._last: int | None = None

    def take(self, piece: CallPiece) -> None:
        number = self._known(piece)
        if number is None:
            number = self._calls.open(piece.call_id or None, piece.name)
            if piece.index is not None:
                self._by_index[piece.index] = (number, piece.call_id)
            if piece.call_id:
                self._by_id[piece.call_id] = number
        self._calls.name(number, piece.name)
        self._calls.add(number, piece.arguments)
        self._last = number

    def _known(self, piece: CallPiece) -> int | None:
        if piece.index is not None:
            number, call_id = self._by_index.get(piece.index, (None, ""))
            is_another = piece.name and piece.call_id and piece.call_id != call_id
            return None if is_another else number
        if piece.call_id:
            return self._by_id.get(piece.call_id)
        return None if piece.name else self._last
