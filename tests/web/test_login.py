"""Both factors or nothing, the same answer for every failure, and a code that counts once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from sshtui.web.limits import Delayed
from sshtui.web.login import Answer
from sshtui.web.server import Console
from tests.disks import full_disk
from tests.web.door import PASSWORD, Door, door


async def test_every_failure_has_the_same_answer(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        other = here.owner.totp.code(here.owner.totp.counter(here.clock() - 3600))
        wrong = [
            await here.sign_in(password="wrong"),
            await here.sign_in(code=other),
            await here.sign_in(password="wrong", code="000000"),
            await here.sign_in(account="somebody"),
        ]
        here.console.limits.forget()
        here.console.files.enrolment.unlink()
        wrong.append(await here.sign_in())
        first, *others = [
            (answer.status, answer.text.replace("somebody", "owner"), {*answer.headers} - {"Date"}) for answer in wrong
        ]
        assert first[0] == 401
        assert all(each == first for each in others)


async def test_a_code_counts_once_however_many_use_it_at_the_same_moment(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        judge = here.console.login

        async def post(number: int) -> Answer:
            return await judge.attempt(f"10.0.0.{number}", "", "owner", PASSWORD, here.code())

        answers = await asyncio.gather(*(post(number) for number in range(100)))
        assert answers.count(Answer.RIGHT) == 1
        assert set(answers) == {Answer.RIGHT, Answer.WRONG, Answer.BUSY}


async def test_a_used_code_stays_used_after_a_restart(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        code = here.code()
        assert (await here.sign_in(code=code)).status == 303
        assert (await here.sign_in(code=code)).status == 401
        again = Console(here.console.files, here.console._doorplate, here.app.viewer)
        assert await again.login.attempt("10.0.0.1", "", "owner", PASSWORD, code) is Answer.WRONG
        again.login.close()


async def test_an_older_code_does_not_open_after_a_newer_one(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        earlier = here.owner.totp.code(here.owner.totp.counter(here.clock() - 30))
        assert (await here.sign_in()).status == 303
        assert (await here.sign_in(code=earlier)).status == 401


async def test_after_a_clock_was_set_back_the_log_tells_why_codes_are_refused_and_a_recovery_code_opens(
    tmp_path: Path,
) -> None:
    async with door(tmp_path) as here:
        assert (await here.sign_in()).status == 303
        assert (await here.sign_in(password="wrong")).status == 401
        here.clock.now -= 3600
        assert (await here.sign_in()).status == 401
        first, second = [row for row in here.audit_rows() if row["event"] == "login refused"]
        assert "clock_behind" not in first
        assert 3540 <= second["clock_behind"] <= 3600
        assert (await here.sign_in(code=here.owner.recovery[0])).status == 303


async def test_codes_of_the_neighbouring_periods_count_and_no_others(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        for offset, status in ((-60, 401), (60, 401), (-30, 303), (30, 303)):
            here.console.limits.forget()
            code = here.owner.totp.code(here.owner.totp.counter(here.clock() + offset))
            assert (await here.sign_in(code=code)).status == status, offset


@pytest.mark.parametrize("code", ["", "12345", "١٢٣٤٥٦", "-00001", "0x1234", "1e5000", "\x00" * 6, "%"])
async def test_odd_codes_are_wrong_codes(tmp_path: Path, code: str) -> None:
    async with door(tmp_path) as here:
        assert (await here.sign_in(code=code)).status == 401


async def test_spaces_and_hyphens_in_a_code_do_not_matter(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        code = here.code()
        assert (await here.sign_in(code=f" {code[:3]} {code[3:]}", account=" Owner ")).status == 303


async def test_a_recovery_code_stands_for_the_authenticator_once(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        recovery = here.owner.recovery[3]
        assert (await here.sign_in(code=recovery, password="wrong")).status == 401
        assert (await here.sign_in(code=recovery.lower())).status == 303
        assert (await here.sign_in(code=recovery)).status == 401
        kept = here.owner.file.read()
        assert kept is not None
        assert len(kept.recovery) == 9


async def test_the_fifth_failure_makes_an_address_wait_even_with_the_right_credentials(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        for _ in range(5):
            assert (await here.sign_in(password="wrong")).status == 401
        answer = await here.sign_in()
        assert answer.status == 429
        assert answer.headers["Retry-After"] == "1"
        assert (await here.sign_in(code=here.owner.recovery[0])).status == 303


async def test_while_it_waits_a_recovery_code_buys_one_try_and_no_more(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        for _ in range(5):
            await here.sign_in(password="wrong")
        recovery = here.owner.recovery[0]
        assert (await here.sign_in(password="wrong", code=recovery)).status == 401
        assert (await here.sign_in(code=recovery)).status == 429


async def test_a_browser_that_was_in_before_does_not_wait_for_what_strangers_did(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        await here.enter()
        device = dict(here.cookies)
        here.cookies.clear()
        for _ in range(6):
            await here.sign_in(password="wrong")
        assert (await here.sign_in()).status == 429
        here.cookies = device
        assert (await here.sign_in(code=here.next_code())).status == 303


async def test_a_code_that_cannot_be_marked_as_used_opens_nothing(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        with full_disk():
            assert (await here.sign_in()).status == 503
        assert "__Host-sshtui" not in here.cookies


async def test_the_old_session_ends_with_a_new_login_and_its_token_is_another(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        await here.enter()
        before = here.cookies["__Host-sshtui"]
        await here.enter()
        assert here.cookies["__Host-sshtui"] != before
        assert len(here.console.sessions.listed()) == 1


async def test_the_audit_log_names_what_happened_and_holds_no_secret(tmp_path: Path) -> None:
    async with door(tmp_path) as here:
        code = here.code()
        await here.sign_in(password="wrong horse battery")
        await here.sign_in(code=code)
        async with here.console_page() as socket:
            await socket.send_bytes(b"typed-secret")
        await here.ask("POST", "/logout")
        log = here.console.files.audit.read_text()
        events = [row["event"] for row in here.audit_rows()]
        assert {"login refused", "login", "console opened", "console closed", "session ended"} <= {*events}
        secrets = [PASSWORD, "wrong horse", code, here.owner.totp.base32, "typed-secret", *here.cookies.values()]
        assert [each for each in secrets if each and each in log] == []
        assert here.console.files.audit.stat().st_mode & 0o777 == 0o600


def let_through(here: Door, address: str) -> bool:
    try:
        here.console.limits.attempt(address)
    except Delayed:
        return False
    return True


@pytest.mark.parametrize("addresses", [1, 100])
async def test_ten_thousand_guesses_in_a_minute_are_at_most_sixty_hashes(tmp_path: Path, addresses: int) -> None:
    async with door(tmp_path) as here:
        here.console.limits._clock = here.clock
        reached = 0
        for number in range(10_000):
            here.clock.now += 60 / 10_000
            reached += let_through(here, f"10.0.{number % addresses}.1")
        assert reached <= 60
        here.clock.now += 15 * 60
        assert (await here.sign_in()).status == 303
