"""What the list shows: order, folders, the rating of a filter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sshtui.model.geometry import Size
from sshtui.model.hosts import Host
from sshtui.ui.fuzzy import matcher, positions
from sshtui.ui.host_rows import FAVOURITES, Catalogue, FolderRow, HostRow, is_read_only
from sshtui.ui.screens.layout import layout, sidebar_columns

NAMES = st.lists(st.text("abw-1", min_size=1, max_size=6), unique=True, max_size=12)


def names(catalogue: Catalogue, query: str) -> list[str]:
    return [row.host.name for row in catalogue.matches(query) if isinstance(row, HostRow)]


def test_better_matches_come_first() -> None:
    hosts = [Host(name, "h") for name in ("w-e-b", "my-web", "cobweb", "web", "other")]
    assert names(Catalogue(hosts), "web") == ["web", "my-web", "cobweb", "w-e-b"]


def test_address_user_folder_and_tags_are_found_after_names() -> None:
    hosts = [
        Host("a", "eu.example.org"), Host("b", "h", user="eu"), Host("c", "h", folder="eu/x"),
        Host("d", "h", tags=("eu",)), Host("eu-1", "h"), Host("e", "h"),
    ]  # fmt: skip
    found = names(Catalogue(hosts), "eu")
    assert found[0] == "eu-1"
    assert set(found) == {"a", "b", "c", "d", "eu-1"}


def test_all_words_must_match() -> None:
    hosts = [Host("web-1", "h", folder="prod"), Host("web-2", "h", folder="lab")]
    assert names(Catalogue(hosts), "prod web") == ["web-1"]


@given(
    NAMES, st.one_of(st.text("abw-1", min_size=1, max_size=4), st.from_regex(r"(a )?(#|tag:)[ab]{0,2}", fullmatch=True))
)
def test_typing_on_finds_the_same_as_typing_at_once(hosts: list[str], query: str) -> None:
    listed = [Host(name, "x", tags=(name[:1], name[-1:])) for name in hosts]
    typed = Catalogue(listed)
    for end in range(1, len(query) + 1):
        step = names(typed, query[:end])
    assert step == names(Catalogue(listed), query)


def test_a_tag_is_found_by_its_beginning_whatever_its_case_and_a_bare_sign_finds_all_tagged() -> None:
    hosts = [Host("a", "h", tags=("Europe",)), Host("b", "europe"), Host("c", "h", tags=("web", "us"))]
    found = {query: names(Catalogue(hosts), query) for query in ("#eu", "tag:EUROPE", "#", "#web #u", "c #eu", "tag")}
    assert found == {"#eu": ["a"], "tag:EUROPE": ["a"], "#": ["a", "c"], "#web #u": ["c"], "c #eu": [], "tag": []}


def test_favourites_stand_once_at_the_top_and_come_first_among_equals() -> None:
    hosts = [Host("a-1", "h", folder="x"), Host("b-1", "h", folder="x", favourite=True)]
    rows = Catalogue(hosts).tree()
    shown = [(row.path, row.hosts) if isinstance(row, FolderRow) else row.host.name for row in rows]
    assert shown == [(FAVOURITES, 1), "b-1", ("x", 1), "a-1"]
    assert names(Catalogue(hosts), "#") == []
    assert names(Catalogue([Host(name, "h", favourite=name == "web-2") for name in ("web-1", "web-2")]), "web") == [
        "web-2",
        "web-1",
    ]


def test_a_read_only_host_with_the_name_of_one_of_ours_is_not_listed_twice() -> None:
    config = Host("a", "elsewhere", origin="~/.ssh/config:3")
    rows = Catalogue([Host("a", "h")], [config]).tree()
    assert rows == [HostRow(Host("a", "h"), 0)]


@given(st.text(max_size=20), st.text(min_size=1, max_size=5))
def test_marked_letters_are_the_typed_ones_in_order(text: str, query: str) -> None:
    marked = positions(query, text)
    assert list(marked) == sorted(set(marked))
    if marked:
        assert "".join(text[at] for at in marked).lower() == query.lower()
        assert matcher(query)(text.lower()) is not None


def test_a_folded_folder_hides_what_is_below_and_still_counts_it() -> None:
    hosts = [Host("a", "h", folder="x/y"), Host("b", "h", folder="x")]
    rows = Catalogue(hosts).tree(frozenset({"x"}))
    assert rows == [FolderRow("x", "x", 0, True, 2)]


@pytest.mark.parametrize(
    ("size", "hosts", "drawer", "splitter"),
    [((80, 24), False, True, False), ((120, 40), True, False, True), ((100, 30), True, False, True)],
)
def test_with_tabs_the_hosts_fold_away_when_there_is_no_room(
    size: tuple[int, int], hosts: bool, drawer: bool, splitter: bool
) -> None:
    found = layout(Size(*size), tabs=True, among_hosts=False, sidebar_wanted=True)
    assert (found.hosts, found.drawer, found.splitter) == (hosts, drawer, splitter)


def test_the_splitter_leaves_a_usable_terminal() -> None:
    assert sidebar_columns(500, Size(120, 40)) == 80
    assert sidebar_columns(1, Size(120, 40)) == 16


def test_hosts_of_an_included_file_stand_under_its_name_and_those_of_openssh_under_its_own() -> None:
    config = Host("a", "a", origin="~/.ssh/conf.d/x:3")
    team = Host("b", "b", folder="prod", origin="~/team.toml")
    rows = Catalogue([], [team, config]).tree()
    shown = [(row.title, is_read_only(row.path)) if isinstance(row, FolderRow) else row.host.name for row in rows]
    assert shown == [("~/team.toml", True), "b", ("~/.ssh/config", True), "a"]
