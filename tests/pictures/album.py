"""Every picture of the documents, by the name of its file, and how its play is told."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from tests.pictures.desk import Desk
from tests.pictures.model import Lines
from tests.pictures.plays import answers, approvals, documents, staff

IMAGES = Path(__file__).parents[2] / "docs" / "images"


@dataclass(frozen=True)
class Picture:
    """*lines*: what a model says in it; without them the offline one answers."""

    play: Callable[[Desk], Awaitable[bytes]]
    lines: Lines | None = None


ALBUM = {
    "approval": Picture(approvals.approval, approvals.LINES),
    "ask-about": Picture(staff.ask_about),
    "budget": Picture(approvals.budget, approvals.LINES),
    "demo": Picture(answers.demo),
    "edit-agent": Picture(staff.edit_agent),
    "file-card": Picture(documents.file_card),
    "gaps": Picture(documents.gaps),
    "home": Picture(staff.home),
    "kb": Picture(documents.kb),
    "policy": Picture(staff.policy),
    "save-message": Picture(documents.save_message),
    "source": Picture(answers.source),
    "why": Picture(answers.why),
    "withheld": Picture(answers.withheld),
}


async def take(picture: Picture, desk: Desk) -> bytes:
    """Play it, and make a file of what was seen."""
    return await desk.darkroom.developed(await picture.play(desk))
