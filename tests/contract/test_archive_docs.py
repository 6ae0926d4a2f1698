"""docs/archive.md and what an archive holds agree: members, keys of the manifest, tables, columns."""

import json
import os
import re
import zipfile

import pytest

from core.db import migrate
from core.kernel.signing import Signer
from core.lifecycle.archive.export_tenant import export_tenant
from tests.contract.repository import ROOT

PAGE = (ROOT / "docs" / "archive.md").read_text("utf-8")
TABLES = re.compile(r"^### `(\w+)`\n(.*?)(?=^#|\Z)", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| `(\w+)` \| `([^`]+)` \| .+ \|$", re.MULTILINE)


@pytest.fixture
async def archive(context, tmp_path):
    signer = Signer(os.urandom(32))
    exported = await export_tenant(
        context, signer, tmp_path / "a.zip", actor="operator", reference="r"
    )
    with zipfile.ZipFile(exported.path) as opened:
        yield opened


def test_every_table_and_column_is_documented_with_its_type_and_no_other_is(archive):
    manifest = json.loads(archive.read("manifest.json"))
    archived = {
        table["name"]: [(column["name"], column["type"]) for column in table["columns"]]
        for table in manifest["tables"]
    }

    assert {name: ROW.findall(section) for name, section in TABLES.findall(PAGE)} == archived


def test_the_page_is_of_todays_version():
    assert f"\nSchema version {len(migrate.load('tenant'))}. " in PAGE


def test_every_member_and_every_key_of_the_manifest_is_documented(archive):
    members = {re.sub(r"tables/\w+", "tables/NAME", name) for name in archive.namelist()}
    manifest = json.loads(archive.read("manifest.json"))
    keys = {*manifest, *manifest["audit_chain"], *manifest["tables"][0]} - {"kind", "format"}
    keys |= {*manifest["tables"][0]["columns"][0]}
    documented = re.findall(r"`([\w./-]+)`", PAGE.partition("## Check it")[0])

    assert members <= set(documented)
    assert keys <= set(documented)
