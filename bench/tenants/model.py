"""What a tenant costs: the figures, as one line for a program and as a table for a person."""

import json
from dataclasses import dataclass

KEYS = (
    "provision_ms_p50",
    "catalog_mb",
    "backend_mb",
    "migrate_ms_per_tenant",
    "export_s",
    "erase_s",
    "hot_query_ratio",
    "first_set_role_ms",
)


@dataclass(frozen=True, slots=True)
class TenantFigures:
    """Measured among *tenants* of them; a megabyte is 2^20 bytes."""

    tenants: int
    few: int  # on the other server, for hot_query_ratio
    tables: int
    provision_ms_p50: float
    catalog_mb: float
    backend_mb: float  # the largest private memory of a backend of the service's pool
    backends: int  # that served while every tenant was touched
    migrate_ms_per_tenant: float
    export_s: float
    erase_s: float
    lifecycle_mb: float  # of the tenant that was exported and erased
    hot_query_ms: float
    hot_query_ratio: float
    fresh_set_role_ms: float
    granted_set_role_ms: float

    @property
    def first_set_role_ms(self) -> float:
        """The slower of the two."""
        return max(self.fresh_set_role_ms, self.granted_set_role_ms)


def as_figures(figures: TenantFigures) -> dict[str, float]:
    return {key: round(getattr(figures, key), 3) for key in KEYS}


def as_json(figures: TenantFigures) -> str:
    """One line."""
    return json.dumps(as_figures(figures))


def as_table(figures: TenantFigures) -> str:
    f = figures
    rows = [
        ("make a tenant, median", f"{f.provision_ms_p50:.1f} ms"),
        ("catalog", f"{f.catalog_mb:.0f} MB, {1024 * f.catalog_mb / f.tenants:.0f} kB a tenant"),
        (
            f"one backend, all {f.tables} tables of every tenant touched",
            f"{f.backend_mb:.0f} MB private at most, by {f.backends} backends in turn",
        ),
        ("add a column in the whole fleet", f"{f.migrate_ms_per_tenant:.2f} ms a tenant"),
        (f"export a tenant of {f.lifecycle_mb:.0f} MB", f"{f.export_s:.2f} s"),
        (f"erase a tenant of {f.lifecycle_mb:.0f} MB", f"{f.erase_s:.2f} s"),
        (
            f"hot query, against {f.few} tenants",
            f"{f.hot_query_ms:.2f} ms, {f.hot_query_ratio:.2f} times",
        ),
        ("first change of role in a new connection", f"{f.fresh_set_role_ms:.1f} ms"),
        ("the same after a tenant was made", f"{f.granted_set_role_ms:.1f} ms"),
    ]
    width = max(len(name) for name, _ in rows)
    lines = [f"  {name:<{width}}  {value}" for name, value in rows]
    return "\n".join([f"{f.tenants} tenants", *lines])
