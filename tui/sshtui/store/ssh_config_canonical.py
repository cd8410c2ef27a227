"""CanonicalizeHostname: a short name becomes its full one before Host and Match lines are asked again.

ssh_config(5), CanonicalizeHostname and its neighbours; `ssh.c` of OpenSSH 9, resolve_canonicalize and
check_follow_cname.
"""

from __future__ import annotations

from collections.abc import Callable

from sshtui.errors import Unreachable
from sshtui.store.ssh_config_match import matches_list
from sshtui.store.ssh_config_values import Effective

LookUp = Callable[[str, str], str | None]


def wants_canonical(effective: Effective) -> bool:
    """Whether the configuration asks for canonical names, which also asks for a second reading."""
    return effective.first("canonicalizehostname").lower() in {"yes", "true", "always"}


def canonical(effective: Effective, look_up: LookUp) -> str:
    """The full name of the destination, or its name as it is. Raises Unreachable where ssh gives up."""
    from ipaddress import ip_address

    name = effective.hostname
    try:
        return str(ip_address(name))
    except ValueError:
        pass
    # Behind a jump host or a command the name is not ours to resolve, unless `always` says so.
    direct = all(effective.first(keyword).lower() in {"", "none"} for keyword in ("proxycommand", "proxyjump"))
    if not direct and effective.first("canonicalizehostname").lower() != "always":
        return name
    family = effective.first("addressfamily").lower() or "any"
    for full in _candidates(effective, name):
        found = look_up(full, family)
        if found is not None:
            return _followed(effective, full.removesuffix("."), found)
    qualified = name.count(".") > _max_dots(effective) and not name.endswith(".")
    if not qualified and effective.first("canonicalizefallbacklocal").lower() in {"no", "false"}:
        raise Unreachable(
            f"{name} was not found in any of the CanonicalDomains.",
            hint="CanonicalizeFallbackLocal no forbids going to it as it stands.",
        )
    # The name as it stands may be a CNAME that is to be followed.
    rules = effective.first("canonicalizepermittedcnames").lower() not in {"", "none"}
    found = look_up(name, family) if rules else None
    return _followed(effective, name, found) if found is not None else name


def _candidates(effective: Effective, name: str) -> list[str]:
    if name.endswith("."):
        return [name]
    if name.count(".") > _max_dots(effective):
        return []
    domains = [word for setting in effective.all("canonicaldomains") for word in setting.words]
    return [f"{name}.{domain}." for domain in domains if domain.lower() != "none"]


def _max_dots(effective: Effective) -> int:
    text = effective.first("canonicalizemaxdots")
    return int(text[:9]) if text.isascii() and text.isdigit() else 1


def _followed(effective: Effective, name: str, alias: str) -> str:
    """`alias`, what `name` is a CNAME of, where a rule `sources:targets` permits it."""
    alias = alias.removesuffix(".")
    for setting in effective.all("canonicalizepermittedcnames"):
        for rule in setting.words:
            sources, colon, targets = rule.partition(":")
            if colon and alias and matches_list(name, sources, lower=True) and matches_list(alias, targets, lower=True):
                return alias.lower()
    return name
