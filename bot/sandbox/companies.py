"""Who there is: fictional companies, and the small ones a load test makes by the hundred."""

from dataclasses import dataclass

from bot.sandbox.model.people import Kind

People = tuple[tuple[str, str, str, Kind], ...]


@dataclass(frozen=True, kw_only=True)
class Company:
    """A workspace to make. `partner` is whom it shares a channel with (Slack Connect);
    `organization` the short name of the one it belongs to. `small` has #general only."""

    id: str
    name: str
    title: str
    people: People
    partner_id: str = ""
    partner: str = ""
    organization: str = ""
    installed: bool = True
    small: bool = False


NORTHWIND = Company(
    id="TNORTHWIND",
    name="northwind",
    title="Northwind Bikes",
    partner_id="TCOPPERKET",
    partner="copper-kettle",
    people=(
        ("ana", "Ana Ruiz", "Founder", "owner"),
        ("ben", "Ben Okafor", "Workshop lead", "member"),
        ("cho", "Cho Min-ji", "Customer care", "member"),
        ("gil", "Gil Marsh", "Contract mechanic", "guest"),
        ("olga", "Olga Petrova", "Copper Kettle, supplier", "outsider"),
    ),
)
HARBOR = Company(
    id="THARBORLAW",
    name="harbor",
    title="Harbor Legal",
    partner_id="TMERIDIAN0",
    partner="meridian",
    people=(
        ("dora", "Dora Lind", "Managing partner", "owner"),
        ("eli", "Eli Navarro", "Associate", "member"),
        ("fay", "Fay Osei", "Paralegal", "member"),
        ("gus", "Gus Webb", "Contract clerk", "guest"),
        ("omar", "Omar Haddad", "Meridian, client", "outsider"),
    ),
)
LUMEN = Company(
    id="TLUMENFDRY",
    name="lumen",
    title="Lumen Foundry",
    installed=False,
    people=(
        ("iris", "Iris Haas", "Founder", "owner"),
        ("jon", "Jon Abara", "IT", "admin"),
        ("kai", "Kai Brandt", "Caster", "member"),
        ("lea", "Lea Dumont", "Designer", "member"),
    ),
)
ORCHARD = Company(
    id="TORCHARD00",
    name="orchard",
    title="Orchard Clinic",
    installed=False,
    people=(
        ("mia", "Mia Castell", "Director", "owner"),
        ("noa", "Noa Levi", "Practice manager", "admin"),
        ("pol", "Pol Serra", "Nurse", "member"),
    ),
)
MEADOW_EAST = Company(
    id="TMEADOWEST",
    name="meadow-east",
    title="Meadow East",
    organization="meadow",
    installed=False,
    small=True,
    people=(
        ("rex", "Rex Holm", "Group IT", "admin"),
        ("sam", "Sam Idowu", "Grower", "member"),
    ),
)
MEADOW_WEST = Company(
    id="TMEADOWWST",
    name="meadow-west",
    title="Meadow West",
    organization="meadow",
    installed=False,
    small=True,
    people=(
        ("rex", "Rex Holm", "Group IT", "admin"),
        ("tia", "Tia Moreau", "Grower", "member"),
    ),
)
COMPANIES = (NORTHWIND, HARBOR, LUMEN, ORCHARD, MEADOW_EAST, MEADOW_WEST)
# id, short name, title and administrators of each organization.
ORGANIZATIONS = (("EMEADOW000", "meadow", "Meadow Group", ("rex",)),)


def small_company(number: int) -> Company:
    """The nth of many: an owner and two members."""
    return Company(
        id=f"TW{number:08d}",
        name=f"w{number:04d}",
        title=f"Workspace {number}",
        small=True,
        people=(
            ("o1", "Owner One", "Owner", "owner"),
            ("p1", "Person One", "Member", "member"),
            ("p2", "Person Two", "Member", "member"),
        ),
    )
