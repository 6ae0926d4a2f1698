"""What we ship may be shipped: every package the product needs has a permissive licence."""

import re
from importlib import metadata

import pytest

from tests.contract.repository import ROOT

PERMISSIVE = re.compile(
    r"\b(MIT(-CMU|-0)?|BSD|0BSD|BSD-[23]-Clause|Apache(-2\.0| 2\.0)?|ISC|PSF-2\.0|Python Software"
    r" Foundation|PostgreSQL|Unlicense|Zlib|HPND|CC0-1\.0|Blue Oak|BlueOak-1\.0\.0)\b",
    re.IGNORECASE,
)
COPYLEFT = re.compile(r"\b(A?GPL|LGPL|EUPL|SSPL|MPL|CDDL|EPL|OSL|BUSL)\b|GNU", re.IGNORECASE)
# Copyleft by file, unchanged by us, reached through its public interface.
EXCEPTIONS = {"certifi": "MPL-2.0: a list of certificates, used as it is"}
# In the lock for other systems than the one the tests run on.
ELSEWHERE = frozenset({"colorama", "httpx2-jsfetch", "tzdata", "pywin32"})


def runtime_packages() -> list[str]:
    """The names in requirements.txt: what the product is installed with."""
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    return sorted(line.split("==")[0] for line in lines if re.match(r"[a-z0-9]", line))


def licence_of(package: str) -> str:
    """The licence a package states: as an expression, else by classifier, else in words."""
    stated = metadata.metadata(package)
    classifiers = [
        entry.rpartition("::")[2].strip()
        for entry in stated.get_all("Classifier") or []
        if entry.startswith("License ::")
    ]
    free_text = (stated.get("License") or "").strip().splitlines()
    candidates = [stated.get("License-Expression") or "", "; ".join(classifiers), *free_text[:1]]
    return next((text for text in candidates if text), "not stated")


@pytest.mark.parametrize("package", runtime_packages())
def test_a_package_has_a_permissive_licence(package):
    try:
        licence = licence_of(package)
    except metadata.PackageNotFoundError:
        assert package in ELSEWHERE, f"{package} is locked and not installed"
        return
    if package in EXCEPTIONS:
        assert "MPL" in licence or "Mozilla" in licence, "the exception is not needed any more"
        return
    # "X OR Y" may be taken as X; "X AND Y" is both.
    choices = re.split(r"\bOR\b", licence)
    assert any(PERMISSIVE.search(text) and not COPYLEFT.search(text) for text in choices), licence


def test_our_own_licence_is_what_the_project_says():
    assert (ROOT / "LICENSE").read_text("utf-8").startswith("MIT License")
    assert metadata.metadata("aegis")["License-Expression"] == "MIT"
