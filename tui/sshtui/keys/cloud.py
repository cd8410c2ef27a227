"""Public keys in cloud accounts, so that new servers are made with them, and the servers that run there.

Everything goes through apache-libcloud, an optional part: `pip install 'sshtui[cloud]'`. All calls block.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sshtui.errors import ConnectionFailed, KeyPairError, LoginRejected, NotFound, UsageError
from sshtui.keys.cloud_accounts import Provider
from sshtui.keys.convert import public_text
from sshtui.model.host_keys import PublicKey


@dataclass(frozen=True)
class CloudKey:
    """A public key an account holds. The fingerprint is the provider's own way of writing one; "" for unknown."""

    name: str
    fingerprint: str
    public_line: str


@dataclass(frozen=True)
class Node:
    """A server of an account; the address is its public one where it has one, "" for none."""

    name: str
    address: str
    state: str
    key_name: str

    @property
    def running(self) -> bool:
        """Whether it can be logged in to."""
        return self.state == "running"


class CloudAccount:
    """An account at a provider, with the credentials of this environment. Raises SshtuiError."""

    def __init__(self, provider: Provider, region: str = "") -> None:
        arguments = provider.read(region)
        self._title = provider.title
        try:
            providers = importlib.import_module("libcloud.compute.providers")
        except ImportError as error:
            raise UsageError(
                "Cloud accounts need apache-libcloud, which is not installed.", hint="pip install 'sshtui[cloud]'"
            ) from error
        with self._talking(region):
            self._driver: Any = providers.get_driver(provider.name)(*arguments.positional, **arguments.named)

    def key_pairs(self) -> Sequence[CloudKey]:
        """The public keys it holds."""
        with self._talking():
            return [_cloud_key(each) for each in self._driver.list_key_pairs()]

    def upload(self, name: str, public: PublicKey, comment: str) -> CloudKey:
        """Let it hold `public` as `name`, which must be free."""
        if any(each.name == name for each in self.key_pairs()):
            raise UsageError(f"{self._title} holds a key {name!r} already.", hint="Give another --name, or delete it.")
        line = public_text(public, comment).strip()
        base = importlib.import_module("libcloud.compute.base").NodeDriver
        with self._talking():
            # Some drivers call the upload of a public key create_key_pair, which makes a new pair with others.
            if type(self._driver).import_key_pair_from_string is not base.import_key_pair_from_string:
                made = self._driver.import_key_pair_from_string(name, line)
            else:
                made = self._driver.create_key_pair(name, public_key=line)
        return _cloud_key(made) if hasattr(made, "fingerprint") else CloudKey(name, "", line)

    def delete(self, name: str) -> CloudKey:
        """Take the public key called `name` away from it; what it was."""
        with self._talking():
            for each in self._driver.list_key_pairs():
                if each.name == name:
                    self._driver.delete_key_pair(each)
                    return _cloud_key(each)
        raise NotFound(f"{self._title} holds no key {name!r}.")

    def nodes(self) -> Sequence[Node]:
        """Its servers, whatever their state."""
        with self._talking():
            return [_node(each) for each in self._driver.list_nodes()]

    @contextmanager
    def _talking(self, region: str = "") -> Iterator[None]:
        """Errors of the library, the network and the provider become sentences."""
        types = importlib.import_module("libcloud.common.types")
        http = importlib.import_module("libcloud.common.exceptions")
        try:
            yield
        except types.InvalidCredsError as error:
            raise LoginRejected(f"{self._title} does not take the credentials: {_words(error)}", tried=()) from error
        except (types.LibcloudError, http.BaseHTTPError) as error:
            raise KeyPairError(f"{self._title} refused: {_words(error)}") from error
        except OSError as error:
            # requests.ConnectionError and the like are of this kind.
            raise ConnectionFailed(f"{self._title} cannot be reached: {_words(error)}") from error
        except ValueError as error:
            # The driver's own check of its arguments, the region above all.
            raise UsageError(
                f"{self._title}: {_words(error)}", hint=f"Is {region!r} a region?" if region else ""
            ) from error


def _words(error: BaseException) -> str:
    words = getattr(error, "value", None) or getattr(error, "message", None) or str(error)
    return (str(words).splitlines() or [""])[0][:300] or type(error).__name__


def _cloud_key(each: Any) -> CloudKey:
    return CloudKey(str(each.name), str(each.fingerprint or ""), str(each.public_key or "").strip())


def _node(each: Any) -> Node:
    addresses = [*each.public_ips, *each.private_ips]
    state = str(getattr(each.state, "value", each.state) or "unknown").lower()
    key_name = (each.extra or {}).get("key_name") or ""
    return Node(str(each.name or each.id), str(addresses[0]) if addresses else "", state, str(key_name))
