"""What `aegis kb add` makes of the paths it is given."""

from bot.cli.knowledge import titled_files


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
