"""The wheel that people install holds all that a checkout has, and works without one."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "tui" / "sshtui"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, unpacked as pip would."""
    directory = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(directory)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = directory.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(directory / "site")
    return directory / "site"


def test_the_wheel_holds_every_file_of_the_package_and_every_theme(installed: Path) -> None:
    missing = [
        path.relative_to(SOURCE)
        for path in SOURCE.rglob("*")
        if path.suffix in {".py", ".tcss", ".typed"} and not (installed / "sshtui" / path.relative_to(SOURCE)).is_file()
    ]
    assert missing == []
    shipped = {path.name: path.read_bytes() for path in (installed / "sshtui" / "themes").iterdir()}
    assert shipped == {path.name: path.read_bytes() for path in (ROOT / "themes").glob("*.toml")}


def test_what_the_wheel_installs_finds_its_themes_and_runs(installed: Path, tmp_path: Path) -> None:
    script = (
        "import sys, sshtui.store.themes as themes\n"
        "from sshtui.cli.entry import main\n"
        "from pathlib import Path\n"
        "print(themes.__file__, len(themes.load_themes(Path('none'))[0]))\n"
        "sys.argv = ['sshtui', 'hosts', 'list']\n"
        "main()\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(installed), "SSHTUI_CONFIG_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path, env=environment, check=False
    )
    file = installed / "sshtui" / "store" / "themes.py"
    assert (done.returncode, done.stdout.split()) == (0, [str(file), str(len(list((ROOT / "themes").glob("*.toml"))))])
