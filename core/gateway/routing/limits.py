"""How long a model may take, and how much it may say."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds, characters and counts.

    *first_text_s* is until the first sign of a model at work, a word or a thought; *stall_s* from one
    sign to the next. *total_s* is until the first words: it leaves room in the 90 s a person waits at
    most. *slot_s* is how long a call waits for a free place at a provider before the next one is
    asked, *last_slot_s* how long where there is no next.

    *silence_s* is a turn's, over all its calls of models and tools: who has heard nothing for so long
    is told that it takes longer. It leaves room in the 90 s for what may stand in front of the turn:
    an earlier one of the same thread is put in short.
    """

    first_text_s: float = 15.0
    stall_s: float = 10.0
    try_s: float = 60.0
    total_s: float = 80.0
    answer_characters: int = 60_000
    slot_s: float = 1.0
    last_slot_s: float = 20.0
    silence_s: float = 60.0
    calls_at_once: int = 64
    longest_pause_s: float = 600.0
    breaker_failures: int = 5
    breaker_window_s: float = 30.0
    breaker_rest_s: float = 30.0
