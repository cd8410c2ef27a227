"""Public keys in a cloud account and its servers as hosts, against moto's EC2 over HTTP."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from sshtui.cli.run import run as sshtui
from sshtui.errors import ConnectionFailed, NotFound, UsageError
from sshtui.keys.cloud_accounts import PROVIDERS
from sshtui.keys.workshop import Made, make
from sshtui.store.hosts import HostStore

TIMEOUT = 60


def namespace_with_slash(app: Any) -> Any:
    """moto, but with the XML namespace as Amazon writes it: with a slash at its end."""

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        held: list[Any] = []

        def hold(status: str, headers: list[tuple[str, str]], *rest: Any) -> None:
            held[:] = [status, headers]

        body = b"".join(app(environ, hold)).replace(b'.com/doc/2016-11-15"', b'.com/doc/2016-11-15/"')
        status, headers = held
        start(
            status, [(k, v) for k, v in headers if k.lower() != "content-length"] + [("Content-Length", str(len(body)))]
        )
        return [body]

    return answer


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """The address of an EC2 of our own."""
    parts = importlib.import_module("moto.moto_server.werkzeug_app")
    serving = importlib.import_module("werkzeug.serving")
    app = namespace_with_slash(parts.DomainDispatcherApplication(parts.create_backend_app))
    server = serving.make_server("127.0.0.1", 0, app, True, request_handler=parts.MotoRequestHandler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(TIMEOUT)


@pytest.fixture
def account(endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with the account in the files of the AWS tools, and nothing in the environment but the address."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "credentials").write_text(
        "[default]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = of-the-test\n"
    )
    (tmp_path / ".aws" / "config").write_text("[default]\nregion = eu-central-1\n")
    urllib.request.urlopen(f"{endpoint}/moto-api/reset", data=b"", timeout=TIMEOUT).close()
    return tmp_path


@pytest.fixture
def pair(tmp_path: Path) -> Made:
    return make(tmp_path / "id_ed25519", comment="me@here")


def cloud(*arguments: str | Path, config: Path | None = None) -> int:
    place = ["--config-dir", str(config)] if config else []
    return sshtui([*place, "keys", "cloud", *(str(each) for each in arguments)])


def test_a_public_key_is_uploaded_listed_and_deleted(
    account: Path, pair: Made, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cloud("import", "ec2", pair.path, "--name", "laptop") == 0
    assert cloud("import", "ec2", pair.path, "--name", "laptop") == UsageError.exit_code
    capsys.readouterr()
    assert cloud("list", "ec2", "--json") == 0
    (held,) = json.loads(capsys.readouterr().out)
    assert held["name"] == "laptop"
    assert held["fingerprint"]
    assert cloud("list", "ec2", "--region", "us-west-2", "--json") == 0
    assert json.loads(capsys.readouterr().out) == []
    assert cloud("delete", "ec2", "laptop", "--yes") == 0
    assert cloud("delete", "ec2", "laptop", "--yes") == NotFound.exit_code
    capsys.readouterr()
    assert cloud("list", "ec2") == 0
    assert capsys.readouterr().out == "The account holds no keys.\n"


def run_instances(endpoint: str, count: int, name: str, key_name: str) -> None:
    """Start servers, as another tool would."""
    query = urllib.parse.urlencode({
        "Action": "RunInstances", "Version": "2016-11-15", "ImageId": "ami-12345678", "KeyName": key_name,
        "MinCount": count, "MaxCount": count, "TagSpecification.1.ResourceType": "instance",
        "TagSpecification.1.Tag.1.Key": "Name", "TagSpecification.1.Tag.1.Value": name,
    })  # fmt: skip
    scope = "AKIAEXAMPLE/20260101/eu-central-1/ec2/aws4_request"
    signed = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
    request = urllib.request.Request(f"{endpoint}/?{query}", headers={"Authorization": signed})
    urllib.request.urlopen(request, timeout=TIMEOUT).close()


def test_running_servers_become_hosts_once(
    account: Path, endpoint: str, pair: Made, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cloud("import", "ec2", pair.path, "--name", "laptop") == 0
    run_instances(endpoint, 1, "web-1", "laptop")
    capsys.readouterr()
    assert cloud("nodes", "ec2", "--json") == 0
    (node,) = json.loads(capsys.readouterr().out)
    assert (node["name"], node["state"], node["key_name"]) == ("web-1", "running", "laptop")
    assert node["address"]
    config = account / "config"
    options = ("nodes", "ec2", "--save", "--yes", "--user", "admin", "--key", pair.path, "--folder", "aws")
    assert cloud(*options, config=config) == 0
    (host,) = HostStore(config / "hosts.toml").hosts()
    assert (host.name, host.address, host.user, host.folder) == ("web-1", node["address"], "admin", "aws")
    assert host.key_pair == "~/id_ed25519"
    capsys.readouterr()
    assert cloud(*options, config=config) == 0
    assert "1 same" in capsys.readouterr().err


def test_what_is_missing_or_unreachable_is_a_sentence(
    account: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert cloud("list", "ec2") == ConnectionFailed.exit_code
    assert cloud("list", "ec2", "--region", "nowhere-9") == UsageError.exit_code
    (account / ".aws" / "credentials").unlink()
    assert cloud("list", "ec2") == UsageError.exit_code
    assert cloud("list", "nobody") == NotFound.exit_code
    said = capsys.readouterr().err
    for words in ("cannot be reached", "'nowhere-9'", "aws configure", "Providers: ec2, openstack"):
        assert words in said
    assert "of-the-test" not in said


ENVIRONMENTS = {
    "ec2": {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_REGION": "eu-west-1"},
    "openstack": {
        "OS_AUTH_URL": "https://cloud.example/v3",
        "OS_USERNAME": "a",
        "OS_PASSWORD": "b",
        "OS_PROJECT_NAME": "p",
        "OS_REGION_NAME": "r",
    },
    "digitalocean": {"DIGITALOCEAN_ACCESS_TOKEN": "a"},
    "scaleway": {"SCW_ACCESS_KEY": "a", "SCW_SECRET_KEY": "b"},
    "vultr": {"VULTR_API_KEY": "a"},
}


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda each: each.name)
def test_every_provider_has_a_driver_that_knows_key_pairs(provider: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENTS[provider.name].items():
        monkeypatch.setenv(name, value)
    arguments = provider.read("")
    driver = importlib.import_module("libcloud.compute.providers").get_driver(provider.name)
    made = driver(*arguments.positional, **arguments.named)
    base = importlib.import_module("libcloud.compute.base").NodeDriver
    for method in ("list_key_pairs", "delete_key_pair", "list_nodes"):
        assert getattr(type(made), method) is not getattr(base, method)
    uploads = ("import_key_pair_from_string", "create_key_pair")
    assert any(getattr(type(made), method) is not getattr(base, method) for method in uploads)


def test_without_apache_libcloud_the_command_says_how_to_get_it(account: Path) -> None:
    program = "import sys; sys.modules['libcloud'] = None; from sshtui.cli.run import run; sys.exit(run(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", program, "keys", "cloud", "list", "ec2"], capture_output=True, text=True, check=False
    )
    assert done.returncode == UsageError.exit_code
    assert "sshtui[cloud]" in done.stderr
