"""Archives that somebody made to do harm, or that came to harm, and what is said of each.

Each function takes the path of a whole archive, and its signer, and gives the path of a spoiled copy.
"""

import os
import struct
import zipfile

import pytest

from tests.integration.archived import rewritten, saved

FIRST = "tables/audit_event.csv"
DAMAGED = "or it is damaged"


def altered_table(path, signer):
    with zipfile.ZipFile(path) as archive:
        content = archive.read(FIRST)
    return rewritten(path, changed={FIRST: content.replace(b"attempt", b"refused")})


def altered_manifest(path, signer):
    with zipfile.ZipFile(path) as archive:
        content = archive.read("manifest.json")
    return rewritten(path, changed={"manifest.json": content.replace(b'"rows":2', b'"rows":3')})


def longer_table(path, signer):
    return rewritten(path, changed={FIRST: b"x" * 10_000_000})


def no_signature(path, signer):
    return rewritten(path, changed={"manifest.sig": b""})


def long_signature(path, signer):
    return rewritten(path, changed={"manifest.sig": b"\0" * 10_000_000})


def huge_manifest(path, signer):
    return rewritten(path, changed={"manifest.json": b" " * 50_000_000})


def manifest_of_no_text(path, signer):
    return rewritten(path, changed={"manifest.json": b"\xff\xfe"})


def deep_manifest(path, signer):
    return rewritten(path, changed={"manifest.json": b"[" * 500_000})


def extra_member(path, signer):
    return rewritten(path, changed={"tables/other.csv": b"a\n1\n"})


def climbing_member(path, signer):
    return rewritten(path, changed={"../../../../tmp/aegis-was-here": b"x"})


def absolute_member(path, signer):
    return rewritten(path, changed={"/tmp/aegis-was-here": b"x"})


def folder_member(path, signer):
    return rewritten(path, changed={"tables/": b""})


def many_members(path, signer):
    return rewritten(path, changed={f"tables/t{n}.csv": b"" for n in range(1000)})


def long_list_of_members(path, signer):
    """Longer than is read into memory to be counted."""
    return rewritten(path, changed={f"tables/t{n}.csv": b"" for n in range(5000)})


def missing_member(path, signer):
    return rewritten(path, manifest=lambda m: m["tables"].pop(), signer=signer)


def doubled_member(path, signer):
    copy = rewritten(path)
    with (
        pytest.warns(UserWarning, match="Duplicate name"),
        zipfile.ZipFile(copy, "a") as archive,
    ):
        archive.writestr(FIRST, b"")
    return copy


def link_member(path, signer):
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    copy = saved(path, b"")
    with zipfile.ZipFile(copy, "w") as archive:
        for name, content in members.items():
            member = zipfile.ZipInfo(name)
            member.external_attr = (0o120777 if name == FIRST else 0o100600) << 16
            archive.writestr(member, b"/etc/passwd" if name == FIRST else content)
    return copy


def strange_compression(path, signer):
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    copy = saved(path, b"")
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_LZMA) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return copy


def truncated(path, signer):
    return saved(path, path.read_bytes()[:-100])


def half(path, signer):
    return saved(path, path.read_bytes()[:1000])


def flipped_byte(path, signer):
    content = bytearray(path.read_bytes())
    content[200] ^= 1
    return saved(path, bytes(content))


def nothing(path, signer):
    return saved(path, b"")


def not_a_zip(path, signer):
    return saved(path, b"PK\x03\x04" + os.urandom(5000))


def no_such_file(path, signer):
    return path.with_name("nowhere.zip")


def a_folder(path, signer):
    return path.parent


def huge_directory(path, signer):
    """Says that its list of members is 4 GB long, the newer way."""
    content = path.read_bytes()
    record = b"PK\x06\x06" + struct.pack("<QHHLLQQQQ", 44, 45, 45, 0, 0, 1, 1, 2**32, 0)
    locator = b"PK\x06\x07" + struct.pack("<LQL", 0, len(content) - 22, 1)
    return saved(path, content[:-22] + record + locator + content[-22:])


def trailing_bytes(path, signer):
    return saved(path, path.read_bytes() + b"\0" * 70_000)


def another_kind(path, signer):
    return rewritten(path, manifest=lambda m: m.update(kind="audit checkpoint"), signer=signer)


def a_newer_format(path, signer):
    return rewritten(path, manifest=lambda m: m.update(format=2), signer=signer)


def a_file_of_another_name(path, signer):
    return rewritten(
        path, manifest=lambda m: m["tables"][0].update(file="../../etc/passwd"), signer=signer
    )


def a_table_of_another_schema(path, signer):
    return rewritten(
        path,
        manifest=lambda m: m["tables"][0].update(
            name="control.tenant", file="tables/control.tenant.csv"
        ),
        signer=signer,
    )


def a_table_twice(path, signer):
    return rewritten(path, manifest=lambda m: m["tables"].append(m["tables"][0]), signer=signer)


def a_column_too_many(path, signer):
    return rewritten(
        path,
        manifest=lambda m: m["tables"][0]["columns"].append({"name": "x", "type": "text"}),
        signer=signer,
    )


def a_hostile_tenant(path, signer):
    return rewritten(path, manifest=lambda m: m.update(tenant_id="public"), signer=signer)


def a_hostile_team(path, signer):
    return rewritten(path, manifest=lambda m: m.update(team_id="T'; drop"), signer=signer)


def other_types(path, signer):
    return rewritten(path, manifest=lambda m: m.update(tables={"a": [True]}), signer=signer)


def counts_that_lie(path, signer):
    return rewritten(path, manifest=lambda m: m["tables"][0].update(rows=1), signer=signer)


SPOILED = {
    altered_table: "is not what was signed",
    altered_manifest: "manifest is not what was signed",
    longer_table: "is not what was signed",
    no_signature: "manifest is not what was signed",
    long_signature: DAMAGED,
    huge_manifest: DAMAGED,
    manifest_of_no_text: DAMAGED,
    deep_manifest: "manifest is not what was signed",
    extra_member: "exactly what its manifest names",
    climbing_member: "exactly what its manifest names",
    absolute_member: "exactly what its manifest names",
    folder_member: "not a plain file",
    many_members: "too many files",
    long_list_of_members: DAMAGED,
    missing_member: "exactly what its manifest names",
    doubled_member: "a file twice",
    link_member: "not a plain file",
    strange_compression: "not a plain file",
    truncated: DAMAGED,
    half: DAMAGED,
    flipped_byte: DAMAGED,
    nothing: DAMAGED,
    not_a_zip: DAMAGED,
    no_such_file: "There is no file",
    a_folder: "There is no file",
    huge_directory: DAMAGED,
    trailing_bytes: DAMAGED,
    another_kind: "manifest is not what was signed",
    a_newer_format: "a format that this version of AEGIS does not know",
    a_file_of_another_name: "manifest cannot be used",
    a_table_of_another_schema: "manifest cannot be used",
    a_table_twice: "names a table twice",
    a_column_too_many: "not those of the version it names",
    a_hostile_tenant: "manifest cannot be used",
    a_hostile_team: "manifest cannot be used",
    other_types: "manifest cannot be used",
    counts_that_lie: "another number of rows",
}
