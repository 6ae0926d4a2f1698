"""Thoughts in front of an answer, as open models write them when their server does not split them
off: `<think>…</think>`."""

OPENS, CLOSES = "<think>", "</think>"


class ThinkTags:
    """Feed it the text as it comes, cut anywhere; it gives what is meant for the reader."""

    def __init__(self) -> None:
        self._held = ""
        self._is_thinking = False
        self._is_done = False

    def take(self, text: str) -> str:
        if self._is_done:
            return text
        self._held += text
        if not self._is_thinking:
            begun = self._held.lstrip()
            if not begun.startswith(OPENS):
                return "" if OPENS.startswith(begun) else self.rest()
            self._is_thinking = True
        _, closed, answer = self._held.partition(CLOSES)
        if not closed:
            self._held = self._held[-len(CLOSES) :]
            return ""
        self._held, self._is_done = "", True
        return answer.lstrip()

    def rest(self) -> str:
        """What was held back, if it was no thought after all."""
        held = "" if self._is_thinking else self._held
        self._held, self._is_done = "", True
        return held
