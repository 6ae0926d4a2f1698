"""Every picture of the documents is made by `make pictures`, and every one that it makes is shown."""

from tests.contract.repository import ROOT
from tests.contract.test_docs import PAGES, links
from tests.pictures.album import ALBUM, IMAGES


def test_every_picture_has_a_play_and_every_play_a_picture():
    assert sorted(ALBUM) == sorted(path.stem for path in IMAGES.iterdir())


def test_every_picture_is_shown_on_a_page():
    shown = {(page.parent / link).resolve() for page in PAGES for link in links(page)}

    assert sorted(set(IMAGES.iterdir()) - shown) == []
    assert IMAGES.is_relative_to(ROOT)
