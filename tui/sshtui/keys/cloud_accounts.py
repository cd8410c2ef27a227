"""Cloud accounts: which providers there are, and the credentials their own tools use, read and never kept."""

from __future__ import annotations

import configparser
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sshtui.errors import NotFound, UsageError


@dataclass(frozen=True)
class Arguments:
    """What apache-libcloud's driver of a provider is made with."""

    positional: tuple[str, ...] = field(repr=False)
    named: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Provider:
    """A kind of cloud account: its name with us and with apache-libcloud, and where its credentials come from."""

    name: str
    title: str
    sources: str
    """Where the credentials are looked for, for a person."""
    read: Callable[[str], Arguments]
    """Finds the credentials; its argument is the region asked for, "" for the account's own. Raises UsageError."""


def provider(name: str) -> Provider:
    """The provider called `name`. Raises NotFound."""
    for each in PROVIDERS:
        if each.name == name:
            return each
    names = ", ".join(each.name for each in PROVIDERS)
    raise NotFound(f"There is no cloud provider {name!r}.", hint=f"Providers: {names}.")


def _first(*variables: str) -> str:
    """The first of the environment variables that is set, or ""."""
    return next((value for name in variables if (value := os.environ.get(name))), "")


def _needed(*variables: str) -> str:
    value = _first(*variables)
    if not value:
        raise UsageError("No credentials were found.", hint=f"Set {' or '.join(variables)}.")
    return value


def _aws(region: str) -> Arguments:
    """As the AWS tools look: the environment, then the profile in ~/.aws/credentials and ~/.aws/config."""
    profile = os.environ.get("AWS_PROFILE") or "default"
    file = _aws_profile("AWS_SHARED_CREDENTIALS_FILE", "credentials", profile)
    config = _aws_profile("AWS_CONFIG_FILE", "config", profile if profile == "default" else f"profile {profile}")
    if _first("AWS_ACCESS_KEY_ID"):
        names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
        identity, secret, token = (_first(name) for name in names)
    else:
        names = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
        identity, secret, token = (file.get(name) or config.get(name, "") for name in names)
    if not identity or not secret:
        hint = "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run: aws configure"
        raise UsageError(f"No credentials were found for the profile {profile}.", hint=hint)
    region = region or _first("AWS_REGION", "AWS_DEFAULT_REGION") or config.get("region", "")
    if not region:
        raise UsageError("A region is needed.", hint="Say --region, or set AWS_REGION.")
    named: dict[str, Any] = {"region": region, "signature_version": "4"}
    if token:
        named["token"] = token
    return Arguments((identity, secret), named | _endpoint(_first("AWS_ENDPOINT_URL_EC2", "AWS_ENDPOINT_URL")))


def _aws_profile(variable: str, name: str, section: str) -> Mapping[str, str]:
    """A section of one of the files of the AWS tools; empty when there is none."""
    path = os.environ.get(variable) or Path.home() / ".aws" / name
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read(path, encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {str(error).splitlines()[0]}") from error
    return dict(parser[section]) if section in parser else {}


def _endpoint(url: str) -> dict[str, Any]:
    """Where the interface is, when it is not the provider's own."""
    if not url:
        return {}
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    return {"host": parts.hostname, "port": parts.port or (443 if secure else 80), "secure": secure}


def _openstack(region: str) -> Arguments:
    """As an OpenStack project's openrc file sets them, with a password or an application credential."""
    url = _needed("OS_AUTH_URL").rstrip("/").removesuffix("/v3")
    region = region or _first("OS_REGION_NAME")
    named: dict[str, Any] = {"api_version": "2.2", "ex_force_auth_url": url}
    if region:
        named["ex_force_service_region"] = region
    if identity := _first("OS_APPLICATION_CREDENTIAL_ID"):
        secret = _needed("OS_APPLICATION_CREDENTIAL_SECRET")
        return Arguments((identity, secret), {**named, "ex_force_auth_version": "3.x_appcred"})
    named |= {
        "ex_force_auth_version": "3.x_password",
        "ex_tenant_name": _needed("OS_PROJECT_NAME", "OS_TENANT_NAME"),
        "ex_domain_name": _first("OS_USER_DOMAIN_NAME") or "Default",
        "ex_tenant_domain_id": _first("OS_PROJECT_DOMAIN_ID") or "default",
    }
    return Arguments((_needed("OS_USERNAME"), _needed("OS_PASSWORD")), named)


def _token(api_version: str, *variables: str) -> Callable[[str], Arguments]:
    def read(region: str) -> Arguments:
        return Arguments((_needed(*variables),), {"api_version": api_version} if api_version else {})

    return read


def _scaleway(region: str) -> Arguments:
    return Arguments((_needed("SCW_ACCESS_KEY"), _needed("SCW_SECRET_KEY")), {})


PROVIDERS = (
    Provider("ec2", "Amazon EC2", "AWS_ACCESS_KEY_ID, AWS_PROFILE, AWS_REGION, or the files in ~/.aws", _aws),
    Provider("openstack", "OpenStack", "OS_AUTH_URL, OS_USERNAME and the rest of an openrc file", _openstack),
    Provider(
        "digitalocean",
        "DigitalOcean",
        "DIGITALOCEAN_ACCESS_TOKEN",
        _token("v2", "DIGITALOCEAN_ACCESS_TOKEN", "DIGITALOCEAN_TOKEN"),
    ),
    Provider("scaleway", "Scaleway", "SCW_ACCESS_KEY, SCW_SECRET_KEY", _scaleway),
    Provider("vultr", "Vultr", "VULTR_API_KEY", _token("2", "VULTR_API_KEY")),
)
