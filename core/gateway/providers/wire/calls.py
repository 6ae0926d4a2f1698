"""The tool calls of one answer as they are spelt out, piece by piece, and within bounds.

What a call says is not judged here: half JSON, NaN and doubled keys go on to the dispatcher as they
are. Only its size has an end, and its id a form that every vendor takes back.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.gateway.model import Finished, Step, StopReason, ToolCall, Usage
from core.gateway.ports import ProviderError

MOST_CALLS = 32
# Of all calls of an answer together: names, arguments and signatures.
MOST_CALL_BYTES = 200_000

# Anthropic takes no other characters back, OpenAI no more of them.
_USABLE_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")


@dataclass(slots=True)
class _Call:
    call_id: str
    name: str
    pieces: list[str] = field(default_factory=list)
    signature: str = ""


class Calls:
    """Ids are unique in the whole turn, *steps* included; a vendor's own is kept where it can be."""

    def __init__(self, steps: Sequence[Step] = ()) -> None:
        self._calls: list[_Call] = []
        self._taken = {call.call_id for step in steps for call in step.calls}
        self._round = len(steps) + 1
        self._left = MOST_CALL_BYTES

    def open(self, call_id: object, name: str = "", signature: str = "") -> int:
        """A new call; the number to add its arguments under. Raises ProviderError over the bounds."""
        if len(self._calls) >= MOST_CALLS:
            raise ProviderError("garbage", "more tool calls than any answer needs")
        call = _Call(self._unique(call_id), "", signature=self._spend(signature))
        self._calls.append(call)
        self.name(len(self._calls) - 1, name)
        return len(self._calls) - 1

    def name(self, number: int, name: str) -> None:
        """Name a call that has no name yet; some vendors repeat it in every piece."""
        if not self._calls[number].name:
            self._calls[number].name = self._spend(name)

    def add(self, number: int, arguments: str) -> None:
        """More of a call's arguments. Raises ProviderError over the bounds."""
        if arguments:
            self._calls[number].pieces.append(self._spend(arguments))

    def whole(self) -> tuple[ToolCall, ...]:
        """What a tool without parameters gets is nothing at all, with some vendors."""
        return tuple(
            ToolCall(call.call_id, call.name, "".join(call.pieces).strip() or "{}")
            for call in self._calls
        )

    def signatures(self) -> Mapping[str, str]:
        return {call.call_id: call.signature for call in self._calls if call.signature}

    def _spend(self, text: str) -> str:
        self._left -= len(text.encode())
        if self._left < 0:
            raise ProviderError("garbage", "tool calls without an end")
        # No database text can hold it, and JSON has no use for it unescaped.
        return text.replace("\0", "")

    def _unique(self, wanted: object) -> str:
        call_id, count = str(wanted), len(self._calls)
        while call_id in self._taken or not _USABLE_ID.fullmatch(call_id) or wanted is None:
            count, wanted = count + 1, ""
            call_id = f"call_{self._round}_{count}"
        self._taken.add(call_id)
        return call_id


def finished(model: str, provider: str, usage: Usage, reason: StopReason, calls: Calls) -> Finished:
    """How an answer ended: with calls it waits for tools, whatever the vendor calls that; what was
    withheld calls nothing."""
    if reason == "filtered":
        return Finished(model, provider, usage, reason)
    whole = calls.whole()
    if reason != "length":
        reason = "tools" if whole else "stop"
    return Finished(model, provider, usage, reason, whole, calls.signatures())
