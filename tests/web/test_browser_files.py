"""Files through the page, as a person brings and fetches them: whole, under their own names, which are only text."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator

from tests.web.browsing import Visitor, served, visitor

NAMES = ("plain.bin", "<img src=x onerror=alert(1)>.txt", "50% \"off\" & 'more'.txt", "äöü 漢字 🎉.txt", "a;b=c,d.txt")

DROP = """([name, text]) => {
    const data = new DataTransfer();
    data.items.add(new File([text], name));
    document.querySelector("#terminal").dispatchEvent(
        new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
}"""


@pytest.fixture
async def person(tmp_path: Path, surroundings: Path, browser: Browser, saved_host: str) -> AsyncIterator[Visitor]:
    async with served(tmp_path, surroundings, hosts=saved_host) as console, visitor(browser, console) as sitting:
        await sitting.sign_in()
        yield sitting


async def sheet_says(person: Visitor, words: str) -> None:
    """Wait until the sheet shows `words`."""
    await person.page.locator("#sheet-text", has_text=words).wait_for()


def button(person: Visitor, name: str) -> Locator:
    return person.page.get_by_role("button", name=name, exact=True)


async def saved(person: Visitor, name: str) -> tuple[str, bytes]:
    """What the browser calls the file behind the link `name`, and what is in it."""
    async with person.page.expect_download() as started:
        await person.page.get_by_role("link", name=name, exact=True).click()
    download = await started.value
    path = await download.path()
    return download.suggested_filename, path.read_bytes()


async def test_files_go_up_come_down_and_are_removed_whatever_they_are_called(person: Visitor, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    content = {name: random.Random(name).randbytes(300_000) for name in NAMES}
    for name, data in content.items():
        (tmp_path / "mine" / name).write_bytes(data)
    await button(person, "Files").click()
    await sheet_says(person, "Nothing is there yet.")
    async with person.page.expect_file_chooser() as chooser:
        await button(person, "Upload…").click()
    await (await chooser.value).set_files([tmp_path / "mine" / name for name in NAMES])
    for name in NAMES:
        await sheet_says(person, f"Uploaded: {name}")
    directory = person.console.paths.transfer_dir
    assert {path.name: path.read_bytes() for path in directory.iterdir()} == content

    for name in NAMES:
        called, data = await saved(person, name)
        assert data == content[name]
        # A browser replaces what its own system does not take in a name.
        assert called == name.translate(dict.fromkeys(map(ord, '<>"|?*:'), "_"))
    assert (await saved(person, "hosts.csv"))[1].startswith(b"name,")

    for name in NAMES:
        await button(person, f"Delete {name}").click()
        await sheet_says(person, f"Deleted: {name}")
    assert list(directory.iterdir()) == []
    await button(person, "Close").click()
    await person.press("?")
    await person.sees("Esc closes")
    assert person.complaints == []


async def test_a_file_that_is_dropped_on_the_page_goes_up_and_its_name_is_no_path(person: Visitor) -> None:
    await person.page.evaluate(DROP, ["dropped.txt", "brought"])
    await sheet_says(person, "Uploaded: dropped.txt")
    await person.page.evaluate(DROP, ["dropped.txt", "another"])
    await sheet_says(person, "Uploaded: dropped (2).txt")
    await person.page.evaluate(DROP, [".profile", "id"])
    await sheet_says(person, "Not uploaded: .profile (not a name for a file)")
    directory = person.console.paths.transfer_dir
    assert {path.name: path.read_text() for path in directory.iterdir()} == {
        "dropped.txt": "brought",
        "dropped (2).txt": "another",
    }
