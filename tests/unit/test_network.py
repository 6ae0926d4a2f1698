"""Which addresses are connected to: hosts on the internet, however they are written, and no other."""

from ipaddress import ip_address, ip_network

import pytest

from core.connections.network import NOT_FOUND, NOT_PUBLIC, Network, is_public
from core.kernel.errors import Refused, Unavailable
from tests.integration.mcp.servers import leading_to

PRIVATE = (
    "127.0.0.1 127.255.1.2 0.0.0.0 10.1.2.3 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 "
    "100.64.0.1 100.100.100.200 192.0.0.8 192.0.2.1 198.18.0.1 203.0.113.9 224.0.0.1 239.1.1.1 240.0.0.1 "
    "255.255.255.255 168.63.129.16 192.88.99.1 "
    ":: ::1 fe80::1 fec0::1 fc00::1 fd00:ec2::254 ff02::1 2001:db8::1 100::1 "
    "::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::127.0.0.1 ::ffff:0:127.0.0.1 "
    "64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::1 2002:7f00:1:: 2002:a9fe:a9fe::1 2002:c0a8:101:: "
    "2001:0:7f00:1::1 "
)
PUBLIC = (
    "8.8.8.8 1.1.1.1 172.32.0.1 172.15.255.255 100.128.0.1 2606:4700:4700::1111 2a00:1450:4001:81c::200e "
    "::ffff:8.8.8.8 64:ff9b::808:808 2002:808:808::1 "
)


@pytest.mark.parametrize("address", PRIVATE.split())
async def test_an_address_that_is_no_host_on_the_internet_is_not_connected_to(address):
    assert not is_public(ip_address(address))
    with pytest.raises(Refused, match=NOT_PUBLIC):
        await leading_to(address, allowed=()).addresses_of("mcp.test", 443)


@pytest.mark.parametrize("address", PUBLIC.split())
async def test_a_host_on_the_internet_is_connected_to(address):
    network = leading_to(address, allowed=())

    assert await network.addresses_of("mcp.test", 443) == (str(ip_address(address)),)


async def test_a_name_that_leads_to_both_kinds_is_a_trap():
    with pytest.raises(Refused):
        await leading_to("8.8.8.8", "10.0.0.1", allowed=()).addresses_of("mcp.test", 443)


@pytest.mark.parametrize("address", ["10.1.2.3", "::ffff:10.1.2.3", "64:ff9b::a01:203"])
async def test_what_the_operator_allows_is_connected_to_however_it_is_written(address):
    allowed = (ip_network("10.1.0.0/16"),)

    assert await leading_to(address, allowed=allowed).addresses_of("mcp.test", 443)
    with pytest.raises(Refused):
        await leading_to("10.2.0.1", allowed=allowed).addresses_of("mcp.test", 443)


def test_only_an_allowed_loopback_needs_no_encryption():
    near, far = ip_network("127.0.0.0/8"), ip_network("10.0.0.0/8")

    assert Network((near,)).is_near(ip_address("127.0.0.1"))
    assert not Network().is_near(ip_address("127.0.0.1"))
    assert not Network((far,)).is_near(ip_address("10.0.0.1"))


@pytest.mark.parametrize("trouble", [OSError("no such name"), UnicodeError("label too long")])
async def test_a_name_that_leads_nowhere_is_told_without_internals(trouble):
    async def resolve(host, port):
        raise trouble

    with pytest.raises(Unavailable) as told:
        await Network((), resolve).addresses_of("mcp.test", 443)
    assert str(told.value) == NOT_FOUND


async def test_a_name_without_addresses_or_with_nonsense_leads_nowhere():
    for found in ((), ("not an address",)):
        with pytest.raises(Unavailable, match=NOT_FOUND):
            await leading_to(*found).addresses_of("mcp.test", 443)
