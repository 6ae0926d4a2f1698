"""Settings: read once, secrets taken out of the environment, bad values refused by name."""

import base64

import pytest

from bot.process import names_no_app
from bot.settings import SettingsError, describe, file_hosts, read_settings

KEY = base64.b64encode(b"k" * 32).decode()


def test_nothing_needs_to_be_set():
    settings = read_settings({})

    assert settings.is_embedded
    assert settings.slack_api_base_url == "https://slack.com/api/"


def test_secrets_leave_the_environment_and_hide_in_every_repr():
    environment = {"SLACK_BOT_TOKEN": "xoxb-1-2", "GROQ_API_KEY": "gsk_secret", "PORT": "9000"}

    settings = read_settings(environment)

    assert environment == {"PORT": "9000"}
    assert "xoxb-1-2" not in repr(settings)
    assert "gsk_secret" not in str(describe(settings))
    assert settings.slack_bot_token.reveal() == "xoxb-1-2"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SLACK_BOT_TOKEN", "xoxp-1", "xoxb-"),
        ("SLACK_APP_TOKEN", "xoxb-1", "xapp-"),
        ("SLACK_API_BASE_URL", "https://slack.test/", "/api/"),
        ("SLACK_API_BASE_URL", "http://slack.example/api/", "https://"),
        ("GROQ_BASE_URL", "http://models.example/v1", "https://"),
        ("ANTHROPIC_BASE_URL", "http://models.example", "https://"),
        ("GEMINI_BASE_URL", "http://127.0.0.1.example/v1beta", "https://"),
        ("GEMINI_BASE_URL", "https://user:secret@models.example", "password"),
        ("GEMINI_BASE_URL", "https://models.example/v1beta?key=secret", "host and a path"),
        ("OPENAI_COMPATIBLE_BASE_URL", "http://10.0.0.7:11434/v1", "https://"),
        ("OPENAI_COMPATIBLE_BASE_URL", "ftp://127.0.0.1/", "web address"),
        ("DATABASE_URL", "mysql://x/y", "postgresql://"),
        ("AEGIS_MASTER_KEY", "c2hvcnQ=", "32 bytes"),
        ("AEGIS_OFFLINE_WORDS_PER_S", "-1", "greater than 0"),
        ("AEGIS_LEASE_SECONDS", "26", "less than or equal to 25"),
        ("AEGIS_LOG_LEVEL", "LOUD", "INFO"),
        ("PORT", "70000", "must be less than or equal to 65535"),
        ("PORT", "eighty", "PORT: must be a valid integer"),
        ("AEGIS_LOG_LEVEL", "silly", "must be 'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
    ],
)
def test_a_bad_value_is_named_with_the_fix_and_never_shown(name, value, words):
    with pytest.raises(SettingsError) as caught:
        read_settings({name: value})

    line = str(caught.value)
    assert line.startswith(f"{name}: ")
    assert words in line
    assert value not in line or len(value) < 6


@pytest.mark.parametrize("missing", ["AEGIS_MASTER_KEY", "AEGIS_SESSION_KEY", "AEGIS_SIGNING_KEY"])
def test_with_a_database_of_its_own_every_key_must_be_given(missing):
    given = {"DATABASE_URL": "postgresql://u:p@h/d"}
    keys = ("AEGIS_MASTER_KEY", "AEGIS_SESSION_KEY", "AEGIS_SIGNING_KEY")
    given |= {name: KEY for name in keys if name != missing}

    with pytest.raises(SettingsError, match=missing):
        read_settings(given)


def test_what_needs_another_setting_says_which():
    with pytest.raises(SettingsError, match="OPENAI_COMPATIBLE_MODEL"):
        read_settings({"OPENAI_COMPATIBLE_BASE_URL": "http://127.0.0.1:11434/v1"})
    with pytest.raises(SettingsError, match="SLACK_BOT_TOKEN"):
        read_settings({"SLACK_APP_TOKEN": "xapp-1"})


def test_plain_http_is_for_this_machine_and_its_files_too():
    local = read_settings({"SLACK_API_BASE_URL": "http://127.0.0.1:3000/api/"})

    assert file_hosts(local) == {"files.slack.com", "127.0.0.1:3000"}
    assert file_hosts(read_settings({})) == {"files.slack.com"}


def test_an_empty_variable_is_not_set():
    assert read_settings({"GROQ_API_KEY": "", "PORT": " "}).groq_api_key is None


def test_the_app_level_token_names_the_app():
    """Socket Mode's `xapp-1-A0123ABC-…`: requests of another app are then ignored."""
    tokens = {"SLACK_APP_TOKEN": "xapp-1-A0123ABC-42-beef", "SLACK_BOT_TOKEN": "xoxb-1"}

    assert read_settings(dict(tokens)).slack_app_id == "A0123ABC"
    assert read_settings(tokens | {"SLACK_APP_ID": "A0123ABC"}).slack_app_id == "A0123ABC"
    with pytest.raises(SettingsError) as caught:
        read_settings(tokens | {"SLACK_APP_ID": "A0OTHER"})
    assert str(caught.value).startswith("SLACK_APP_ID: ")


@pytest.mark.parametrize(
    ("given", "unnamed"),
    [
        ({"SLACK_SIGNING_SECRET": "s"}, True),
        ({"SLACK_SIGNING_SECRET": "s", "SLACK_APP_ID": "A0123ABC"}, False),
        ({"SLACK_APP_TOKEN": "xapp-1-A0123ABC-42-beef", "SLACK_BOT_TOKEN": "xoxb-1"}, False),
        ({}, False),
    ],
    ids=["http", "http, named", "socket mode", "nothing"],
)
def test_over_http_an_app_that_nobody_names_is_told_of(given, unnamed):
    assert names_no_app(read_settings(given)) is unnamed


def test_private_networks_for_servers_are_a_list_and_none_by_default():
    given = {"AEGIS_MCP_ALLOW_PRIVATE": "10.1.0.0/16, ::1/128"}

    assert read_settings({}).mcp_allow_private == ()
    assert describe(read_settings(given))["AEGIS_MCP_ALLOW_PRIVATE"] == "10.1.0.0/16, ::1/128"
    for wrong in ("10.1.2.3/8", "everything", "10.0.0.0/99"):
        with pytest.raises(SettingsError, match="AEGIS_MCP_ALLOW_PRIVATE: is not a list"):
            read_settings({"AEGIS_MCP_ALLOW_PRIVATE": wrong})
