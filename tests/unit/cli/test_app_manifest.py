"""The manifest asks for what is used, and for nothing else."""

import json

import pytest
from click.testing import CliRunner

from bot.cli.app_manifest import BOT_EVENTS, app_manifest
from bot.cli.main import main
from bot.intake.waking import SERVED
from bot.sandbox.seed import COMMANDS, EVENTS, SCOPES, SHORTCUTS
from core.tenancy.installation.scopes import BOT_SCOPES
from handlers.commands.aegis import SUBCOMMANDS
from web_oauth.install import CALLBACK


@pytest.mark.parametrize("url", [None, "https://aegis.example"])
def test_it_is_for_agent_messaging_and_names_every_address_or_none(url):
    manifest = app_manifest(url)
    text = json.dumps(manifest)

    assert "agent_view" in manifest["features"]
    assert "assistant_view" not in text
    assert text.count("https://aegis.example/slack/") == (5 if url else 0)
    assert manifest["settings"]["socket_mode_enabled"] is (url is None)
    assert len(manifest["features"]["agent_view"]["suggested_prompts"]) <= 4
    assert len(manifest["features"]["agent_view"]["agent_description"]) <= 300


def test_over_http_it_is_installed_in_many_workspaces_and_organizations():
    manifest = app_manifest("https://aegis.example")

    assert manifest["oauth_config"]["redirect_urls"] == [f"https://aegis.example{CALLBACK}"]
    for switch in ("org_deploy_enabled", "token_rotation_enabled"):
        assert manifest["settings"][switch] is True
        assert app_manifest(None)["settings"][switch] is False


def test_every_event_it_subscribes_to_has_a_listener():
    assert {event.split(".")[0] for event in BOT_EVENTS} == SERVED
    assert all(BOT_EVENTS.values())


def test_it_may_read_only_where_it_also_hears():
    """A history that nobody follows up in is not asked for: that of group messages (mpim)."""
    heard = {event.split(".")[1] for event in BOT_EVENTS if event.startswith("message.")}

    assert {f"{kind}:history" for kind in heard} == {
        scope for scope in BOT_SCOPES if scope.endswith(":history")
    }


def test_every_scope_says_what_it_is_for():
    assert all(BOT_SCOPES.values())


def test_the_command_prints_json_and_refuses_an_open_address():
    runner = CliRunner()

    assert json.loads(runner.invoke(main, ["manifest"]).output)["_metadata"]["major_version"] == 2
    refused = runner.invoke(main, ["manifest", "--url", "http://aegis.example"])
    assert refused.exit_code == 2
    assert "https" in refused.output


def test_the_hint_names_every_subcommand_and_the_sandbox_shows_the_same():
    commands = app_manifest(None)["features"]["slash_commands"]
    hints = {command["command"]: command["usage_hint"] for command in commands}

    words = {name.split()[0] for name in SUBCOMMANDS}
    assert set(hints["/aegis"].split(" | ")) == words
    assert {command.name: command.usage for command in COMMANDS} == hints
    assert set(BOT_SCOPES) <= SCOPES


def test_the_sandbox_offers_the_shortcuts_of_the_manifest():
    declared = app_manifest(None)["features"]["shortcuts"]
    offered = [{name: getattr(one, name) for name in declared[0]} for one in SHORTCUTS]

    assert offered == declared


def test_the_sandbox_sends_every_event_that_is_subscribed_to():
    assert set(BOT_EVENTS) <= EVENTS
