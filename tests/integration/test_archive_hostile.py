"""Archives that somebody made to do harm, or that came to harm: refused before anything is written."""

import csv
import hashlib
import json
import os
import shutil
import subprocess
import zipfile

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from core.kernel.errors import DomainError, Invalid, Refused
from core.kernel.signing import Signer
from core.lifecycle.archive.reading import open_archive, verify_archive
from core.tenancy.install_workspace import Provisioner
from tests.integration import spoiled
from tests.integration.archived import (
    export,
    fill,
    has_schema,
    lose_schema,
    restore,
    rewritten,
    saved,
    sums,
)


@pytest.fixture(scope="module")
def signer() -> Signer:
    return Signer(os.urandom(32))


@pytest.fixture
async def archived(context, signer, tmp_path):
    await fill(context)
    return await export(context, signer, tmp_path / "a.zip")


@pytest.mark.parametrize("spoil", spoiled.SPOILED, ids=lambda spoil: spoil.__name__)
async def test_a_hostile_or_damaged_archive_is_refused_and_nothing_is_written(
    admin, context, new_context, provisioner, signer, archived, spoil
):
    bystander = await new_context()
    before = await sums(admin, bystander)
    path = spoil(archived, signer)
    await lose_schema(admin, context)

    with pytest.raises(DomainError, match=spoiled.SPOILED[spoil]):
        await restore(provisioner, signer, path)

    assert not await has_schema(admin, context.tenant_id)
    assert await sums(admin, bystander) == before


async def test_every_hash_is_checked_before_the_database_is_even_asked(archived, master, signer):
    nowhere = Provisioner("postgresql://nobody@127.0.0.1:1/nowhere", "nobody", master)

    with pytest.raises(Invalid, match="is not what was signed"):
        await restore(nowhere, signer, spoiled.altered_table(archived, signer))


def test_a_file_that_would_unpack_to_more_than_was_signed_is_not_unpacked(archived, signer):
    path = spoiled.longer_table(archived, signer)

    with open_archive(path, signer.public_key) as archive:
        table = next(t for t in archive.manifest.tables if t.file == spoiled.FIRST)
        with pytest.raises(Invalid):
            next(archive.pieces(table))


async def test_another_deployments_archive_is_refused_unless_its_key_is_trusted(
    admin, context, provisioner, signer, archived
):
    other = Signer(os.urandom(32))
    await lose_schema(admin, context)

    with pytest.raises(Refused, match=f"{signer.key_id}, which is not the trusted one"):
        await restore(provisioner, other, archived)
    assert not await has_schema(admin, context.tenant_id)

    assert await restore(provisioner, signer, archived)


async def test_a_forger_who_swaps_the_key_in_the_archive_too_is_refused(archived, signer):
    forger = Signer(os.urandom(32))
    path = rewritten(
        archived,
        changed={"signing-key.pem": forger.public_pem()},
        manifest=lambda m: m.update(team_id=None),
        signer=forger,
    )

    with pytest.raises(Refused, match="not the trusted one"):
        verify_archive(path, signer.public_key)


async def test_a_changed_byte_anywhere_is_never_taken_for_another_archive(archived, signer):
    """Many flips, one at a time: either it is refused, or nothing that counts has changed."""
    whole = archived.read_bytes()
    manifest = verify_archive(archived, signer.public_key)
    for at in range(0, len(whole), max(1, len(whole) // 200)):
        content = bytearray(whole)
        content[at] ^= 0x20
        path = saved(archived, bytes(content))
        try:
            assert verify_archive(path, signer.public_key) == manifest
        except (Invalid, Refused):
            continue
        finally:
            path.unlink()


@pytest.fixture
def unpacked(archived, tmp_path):
    with zipfile.ZipFile(archived) as archive:
        archive.extractall(tmp_path / "unpacked")
    return tmp_path / "unpacked"


def test_the_signature_is_checked_with_the_key_and_nothing_of_ours(unpacked):
    key = load_pem_public_key((unpacked / "signing-key.pem").read_bytes())
    signature = (unpacked / "manifest.sig").read_bytes()
    manifest = (unpacked / "manifest.json").read_bytes()

    key.verify(signature, manifest)
    with pytest.raises(InvalidSignature):
        key.verify(signature, b" " + manifest)


@pytest.mark.skipif(not shutil.which("openssl"), reason="there is no openssl on this machine")
def test_the_command_in_the_readme_checks_the_signature(unpacked):
    readme = (unpacked / "README.txt").read_text("utf-8")
    command = next(line for line in readme.splitlines() if "openssl" in line.split())

    for expected in (0, 1):
        done = subprocess.run(command.split(), cwd=unpacked, capture_output=True)
        assert done.returncode == expected, done.stdout
        manifest = unpacked / "manifest.json"
        manifest.write_bytes(b" " + manifest.read_bytes())


def test_the_sums_in_the_manifest_are_those_of_the_files(unpacked):
    tables = json.loads((unpacked / "manifest.json").read_bytes())["tables"]

    for table in tables:
        content = (unpacked / table["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == table["sha256"]
        assert len(content) == table["bytes"]
        assert (
            len(list(csv.reader(content.decode().splitlines(keepends=True)))) == table["rows"] + 1
        )
