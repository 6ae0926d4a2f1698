"""What `aegis kb add` makes of the paths it is given."""

from bot.cli.knowledge import _read, titled_files
from core.knowledge.model import MAX_BYTES


def test_two_files_of_one_name_in_a_folder_are_two_documents(tmp_path):
    for folder in ("sales", "people"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "README.md").write_text(folder)
    (tmp_path / "people" / "photo.png").write_bytes(b"")

    titles = [title for _, title in titled_files([tmp_path])]

    assert titles == ["people/README.md", "sales/README.md"]


def test_a_file_named_by_itself_keeps_its_name(tmp_path):
    path = tmp_path / "people" / "photo.png"

    assert titled_files([path]) == [(path, "photo.png")]


def test_a_link_out_of_the_folder_is_left_out(tmp_path):
    """Whoever may write into the folder must not choose what of this machine everybody reads."""
    (tmp_path / "secret.txt").write_text("the key")
    folder = tmp_path / "guides"
    folder.mkdir()
    (folder / "guide.md").write_text("x")
    (folder / "same.md").symlink_to("guide.md")
    (folder / "notes.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "more").symlink_to(tmp_path, target_is_directory=True)

    assert [title for _, title in titled_files([folder])] == ["guide.md", "same.md"]


def test_of_a_file_that_is_too_large_no_more_is_read_than_tells_it(tmp_path):
    with (tmp_path / "film.mkv").open("wb") as film:
        film.truncate(MAX_BYTES * 50)

    assert len(_read(tmp_path / "film.mkv")) == MAX_BYTES + 1
