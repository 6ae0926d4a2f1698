"""Whoever asks for the install page without end: their own address waits, and the table stays small."""

import pytest
from aiohttp.test_utils import make_mocked_request

from core.tenancy.installation import begin_install
from tests.integration.installations.browsing import begin
from tests.integration.lifecycle import as_admin, one
from web_oauth.client_rate import KEPT, ClientRate, client_of
from web_oauth.install import BURST

COUNT = "select count(*) from control.sign_in_state"


async def test_one_address_begins_so_many_attempts_and_waits(browser, provisioner, caplog):
    for _ in range(BURST):
        await begin(browser)
    before = await one(provisioner, COUNT)

    for _ in range(20):
        async with browser.get("/slack/install?go=1", allow_redirects=False) as answer:
            assert answer.status == 429
            assert 1 <= int(answer.headers["Retry-After"]) <= 5
            assert "try again in a minute" in await answer.text()

    assert await one(provisioner, COUNT) == before
    assert not caplog.records
    async with browser.get("/slack/install") as page:
        assert page.status == 200, "who only reads is not held up"


async def test_so_many_are_under_way_in_all_and_what_ran_out_makes_room(
    browser, provisioner, monkeypatch
):
    monkeypatch.setattr(begin_install, "MOST", await one(provisioner, COUNT) + 3)
    for _ in range(3):
        await begin(browser)

    async with browser.get("/slack/install?go=1", allow_redirects=False) as answer:
        assert answer.status == 503
        assert "under way" in await answer.text()

    async with as_admin(provisioner) as admin:
        await admin.execute("update control.sign_in_state set expires_at = now() - interval '1 s'")
    await begin(browser)
    assert await one(provisioner, COUNT) == 1


def test_a_client_that_rests_may_begin_again_and_others_never_wait_for_it():
    now = 100.0
    rate = ClientRate(2, 5.0, lambda: now)
    assert [rate.wait("a"), rate.wait("a"), rate.wait("a"), rate.wait("b")] == [0, 0, 5, 0]
    now += 5
    assert [rate.wait("a"), rate.wait("a")] == [0, 5]
    now += 3600
    assert [rate.wait("a"), rate.wait("a"), rate.wait("a")] == [0, 0, 5]


def test_what_is_remembered_of_clients_is_bounded():
    rate = ClientRate(2, 5.0, lambda: 100.0)
    for number in range(KEPT + 10):
        rate.wait(str(number))

    assert len(rate._until) <= KEPT


@pytest.mark.parametrize(
    ("proxies", "forwarded", "client"),
    [
        (0, "203.0.113.9", ""),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "6.6.6.6, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
        (1, "2001:db8::1", "20010db800000000/64"),
        (1, "2001:db8::2", "20010db800000000/64"),
        (1, "<script>", ""),
        (3, "203.0.113.9", ""),
    ],
)
def test_only_what_our_proxies_wrote_says_who_asks(proxies, forwarded, client):
    request = make_mocked_request("GET", "/", headers={"X-Forwarded-For": forwarded})

    assert client_of(request, proxies) == client
