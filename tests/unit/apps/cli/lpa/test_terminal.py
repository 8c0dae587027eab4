"""The user at a terminal: what is asked, and what an answer means."""

from __future__ import annotations

import io
from typing import Any

import pytest

from openesim.apps.cli.lpa.screen import Screen
from openesim.apps.cli.lpa.terminal import TerminalUser
from openesim.kernel.ids import Iccid
from openesim.kernel.secret import Secret
from openesim.messages.sgp22.metadata import ProfileInfo, StoreMetadataRequest
from openesim.messages.sgp22.types import PprIds
from openesim.provisioning.lpa.effects import AskConsent, AskDeletion, Consent, Report, Stage

METADATA = StoreMetadataRequest(
    iccid=Iccid("8901234567890123456"),
    service_provider_name="Testland [bold]Mobile",
    profile_name="Prepaid",
    profile_policy_rules=PprIds(0b110),
)
PLAIN = AskConsent(METADATA, "smdp.example.com")
STRONG = AskConsent(METADATA, "smdp.example.com", is_strong=True)


class Terminal(io.StringIO):
    """Standard input that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Lets somebody type."""

    def typed(text: str, *, at_terminal: bool = False) -> None:
        monkeypatch.setattr("sys.stdin", Terminal(text) if at_terminal else io.StringIO(text))

    return typed


@pytest.mark.parametrize(
    ("typed", "plain", "strong"),
    [
        ("y\nno\n", Consent.YES, Consent.NO),
        ("YES\n", Consent.YES, Consent.YES),
        ("是\n", Consent.YES, Consent.YES),
        ("n\n", Consent.NO, Consent.NO),
        ("later\n", Consent.LATER, Consent.LATER),
        ("\n", Consent.LATER, Consent.LATER),
        ("what?\nno\n", Consent.NO, Consent.NO),
        ("what?\n", Consent.NO_ANSWER, Consent.NO_ANSWER),
        ("", Consent.NO_ANSWER, Consent.NO_ANSWER),
    ],
)
def test_an_answer_is_understood_and_silence_is_not_consent(
    answer: Any, typed: str, plain: Consent, strong: Consent
) -> None:
    for question, expected in ((PLAIN, plain), (STRONG, strong)):
        answer(typed)
        assert TerminalUser(Screen()).consent(question) is expected


@pytest.mark.parametrize(("language", "words"), [("en", "cannot delete it"), ("zh", "无法删除")])
def test_what_would_bind_the_user_is_shown_even_if_he_agreed_beforehand(
    capsys: pytest.CaptureFixture[str], language: Any, words: str
) -> None:
    assert TerminalUser(Screen(language), agrees=True).consent(STRONG) is Consent.YES
    shown = capsys.readouterr()
    assert words in shown.err
    assert "Testland [bold]Mobile" in shown.err, "a provider's name is no markup"
    assert shown.out == ""


def test_the_code_of_the_options_answers_once(answer: Any) -> None:
    user = TerminalUser(Screen(), confirmation_code="1234")
    answer("5678\n")
    assert user.confirmation_code(1) == Secret("1234")
    assert user.confirmation_code(2) is None, "a script has said what it knows"


@pytest.mark.parametrize(("typed", "code"), [("1234\n", Secret("1234")), ("\n", None), ("", None)])
def test_a_code_is_asked_for(answer: Any, typed: str, code: Secret[str] | None) -> None:
    answer(typed)
    assert TerminalUser(Screen()).confirmation_code(1) == code


def test_at_a_terminal_a_wrong_code_is_asked_for_again_without_showing_it(
    answer: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer("", at_terminal=True)
    monkeypatch.setattr("getpass.getpass", lambda *_, **__: " 5678 ")
    assert TerminalUser(Screen(), confirmation_code="1234").confirmation_code(2) == Secret("5678")
    assert "wrong" in capsys.readouterr().err

    def hang_up(*_: object, **__: object) -> str:
        raise EOFError

    monkeypatch.setattr("getpass.getpass", hang_up)
    assert TerminalUser(Screen()).confirmation_code(1) is None


def test_a_deletion_out_of_reach_of_its_server_is_warned_about_though_it_was_agreed_to(
    capsys: pytest.CaptureFixture[str],
) -> None:
    question = AskDeletion(ProfileInfo(iccid=METADATA.iccid), ("smdp.example.com",))
    assert TerminalUser(Screen(), agrees=True).confirm_deletion(question)
    assert "WARNING: smdp.example.com" in capsys.readouterr().err


@pytest.mark.parametrize(("typed", "agreed"), [("RESET\n", True), ("reset\n", False), ("", False)])
def test_a_word_must_be_typed_in_full(answer: Any, typed: str, agreed: bool) -> None:
    answer(typed)
    assert TerminalUser(Screen()).confirm_by_word("ask_reset", "RESET", what="all") is agreed


def test_each_stage_is_named_once(capsys: pytest.CaptureFixture[str]) -> None:
    user = TerminalUser(Screen())
    for report in (
        Report(Stage.FETCHING),
        Report(Stage.INSTALLING, 0, 100),
        Report(Stage.INSTALLING, 50, 100),
        Report(Stage.NOTIFYING),
    ):
        user.progress(report)
    user.close()
    shown = capsys.readouterr()
    assert shown.err.splitlines() == ["Fetching the profile", "Installing", "Telling the servers"]
    assert shown.out == ""


def test_a_bar_moves_by_octets_if_somebody_looks() -> None:
    from rich.console import Console

    seen = io.StringIO()
    screen = Screen()
    screen.stderr = Console(file=seen, force_terminal=True, width=80)
    user = TerminalUser(screen)
    for done in (0, 512, 1024):
        user.progress(Report(Stage.INSTALLING, done, 1024))
    user.progress(Report(Stage.NOTIFYING))
    user.close()
    assert "1.0/1.0 kB" in seen.getvalue()


def test_programs_are_told_no_stages(capsys: pytest.CaptureFixture[str]) -> None:
    TerminalUser(Screen(is_json=True)).progress(Report(Stage.FETCHING))
    assert capsys.readouterr().err == ""
