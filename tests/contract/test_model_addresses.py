"""Prompts and keys go over TLS, or stay on this machine: nothing starts with another address."""

import importlib
import inspect
import ssl
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from bot.cli.main import main
from bot.settings import Settings
from core.gateway.providers.wire.client import open_http_client
from core.kernel.secret import Secret
from tests.contract.repository import ROOT

PLANTED = [
    "http://models.example/v1",
    "http://127.0.0.1.models.example/v1",
    "http://127.0.0.1@models.example/v1",
    "http://2130706433/v1",
    "http://0.0.0.0/v1",
    "http://[::ffff:10.0.0.7]/v1",
    "https://user:planted-word@models.example/v1",
    "ftp://127.0.0.1/v1",
    "//models.example/v1",
    "models.example",
]
SETTINGS = [
    str(field.alias)
    for field in Settings.model_fields.values()
    if str(field.alias).endswith("_BASE_URL")
]


def adapters() -> list[type]:
    """The adapters of every vendor, found by their files."""
    found = []
    for path in sorted((ROOT / "core" / "gateway" / "providers").glob("*/adapter.py")):
        module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        found += [
            kind
            for _, kind in inspect.getmembers(module, inspect.isclass)
            if kind.__module__ == module.__name__ and "base_url" in kind.__annotations__
        ]
    return found


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("command", ["serve", "worker", "doctor"])
def test_a_planted_address_is_refused_at_the_start(setting, command, tmp_path: Path):
    environment = {"AEGIS_STATE_DIR": str(tmp_path), setting: PLANTED[0]}

    result = CliRunner().invoke(main, [command], env=environment)

    assert result.exit_code != 0
    assert setting in result.output
    assert "https://" in result.output
    assert list(tmp_path.iterdir()) == []


def test_every_vendor_has_an_adapter():
    assert [kind.__name__ for kind in adapters()] == ["Anthropic", "Gemini", "OpenAICompatible"]
    assert len(SETTINGS) == 5


@pytest.mark.parametrize("adapter", adapters())
@pytest.mark.parametrize("address", PLANTED)
def test_no_adapter_is_made_for_such_an_address(adapter, address):
    with pytest.raises(ValueError, match="address of") as refusal:
        adapter(httpx.AsyncClient(), Secret("k"), address)

    assert "planted-word" not in str(refusal.value)


@pytest.mark.parametrize("adapter", adapters())
@pytest.mark.parametrize("address", ["http://127.0.0.1:1/v1", "http://[::1]:1", "http://localhost"])
def test_this_machine_needs_no_tls(adapter, address):
    assert adapter(httpx.AsyncClient(), Secret("k"), address).base_url == address


@pytest.mark.parametrize("adapter", adapters())
@pytest.mark.parametrize("key", ["gsk_\n", "schlüssel", "a\x00"])
def test_a_key_that_no_header_can_carry_is_refused_without_being_shown(adapter, key):
    with pytest.raises(ValueError, match="characters that no key has") as refusal:
        adapter(httpx.AsyncClient(), Secret(key), "https://models.example")

    assert key not in str(refusal.value)


async def test_the_client_checks_certificates_and_follows_nobody():
    async with open_http_client() as client:
        pool = client._transport._pool

        assert pool._ssl_context.verify_mode == ssl.CERT_REQUIRED
        assert pool._ssl_context.check_hostname
        assert not client.follow_redirects
        assert not client.trust_env
