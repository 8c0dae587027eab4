"""The licence without a browser: applied for, answered item by item with files, submitted, asked back, approved, renewed."""

from __future__ import annotations

import os
import re
from typing import Any

import pytest

from openesim.conditions.licensing.deeds import Approval
from openesim.conditions.licensing.licence import Licence
from openesim.conditions.licensing.states import LicenceState
from openesim.kernel.secret import Secret
from openesim.services.conditions.accounts.desk_sessions import csrf_of
from openesim.services.conditions.accounts.roles import Role
from openesim.services.conditions.licences.checklists import shipped_checklists
from tests.support.counter_world import clerk
from tests.support.desk_visitor import DeskVisitor
from tests.support.desks import LiveDesks
from tests.support.licences import PDF, PNG

pytestmark = pytest.mark.sockets

CHECKLIST = next(each for each in shipped_checklists() if each.id == "iot")
HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture
def manager(harbour: LiveDesks) -> DeskVisitor:
    """A manager."""
    return clerk(harbour, Role.MANAGER)


def upload(who: DeskVisitor, path: str, name: str, octets: bytes, **fields: str) -> tuple[int, str]:
    """Sends a form with a file, and returns status and page; it goes nowhere."""
    mark = os.urandom(8).hex()
    fields = {"csrf_token": csrf_of(Secret(who.token)), **fields}
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in fields.items()
    ]
    head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
    parts.append(head.encode() + b"Content-Type: application/octet-stream\r\n\r\n" + octets + b"\r\n")
    body: Any = b"".join(parts) + f"--{mark}--\r\n".encode()
    status, _, page = who.desks.call(
        "POST",
        path,
        who.token,
        body,
        content_type=f"multipart/form-data; boundary={mark}",
        sec_fetch_site="same-origin",
    )
    return status, page


def apply(who: DeskVisitor, **changed: Any) -> str:
    """Begins an application, and returns its path."""
    fields: dict[str, Any] = {
        "service": "iot",
        "begins": "2027-02-01",
        "ends": "2028-01-31",
        "channels": ["enterprise"],
        "regions": "CN-SH, cn-js\nCN-ZJ",
        "numbers": ["iot-13"],
    }
    who.post("/operator/licences/new", **{**fields, **changed})
    return who.path


def complete(who: DeskVisitor, path: str) -> None:
    """Answers every item, with a file where one is asked for."""
    for name, item in CHECKLIST.item.items():
        text = "yes" if item.answer == "yes-no" else f"As the rules have it: {name}."
        if item.files == "required":
            status, page = upload(
                who, f"{path}/items/{name}", f"{name}.pdf", PDF + name.encode() + b"%%EOF\n", answer=text
            )
            assert status == 303, page
        else:
            who.post(f"{path}/items/{name}", answer=text)
            assert who.status == 200


def desk(harbour: LiveDesks) -> Any:
    """Returns what the regulator does with licences."""
    return harbour.site.services.regulator.licences


def licence_of(harbour: LiveDesks, path: str) -> Licence:
    """Returns a licence as it is kept."""
    number = int(path.rpartition("/")[2])
    found = harbour.run(harbour.site.work.run(lambda stores: stores.licence(number)))
    assert isinstance(found, Licence)
    return found


def test_the_list_shows_what_runs_and_how_to_apply(manager: DeskVisitor) -> None:
    text = manager.get("/operator/licences")
    assert "phone" in text
    assert "Approved" in text
    assert "Apply for a licence" in text


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("service", "spaceship", "please choose"),
        ("begins", "", "please fill this in"),
        ("begins", "2027-02-30", "no day of the calendar"),
        ("ends", "2020-01-01", "before it begins, or has ended already"),
        ("ends", "9999-12-31", "no day of the calendar"),
        ("regions", "Shanghai", "is no code of a region"),
        ("regions", HOSTILE, "is no code of a region"),
        ("channels", ["moon"], "please choose"),
    ],
)
def test_what_cannot_be_asked_for_is_told_at_its_field(
    manager: DeskVisitor, field: str, value: Any, told: str
) -> None:
    apply(manager, **{field: value})
    assert manager.status == 422
    assert told in manager.text
    assert f'id="error-{field}"' in manager.page
    assert "<script>" not in manager.page


@pytest.fixture(scope="module")
def inspector(harbour: LiveDesks) -> str:
    """An inspector, as the ledger calls him."""
    account = harbour.run(harbour.site.add("li.of.licences", Role.INSPECTOR))
    return str(account.actor)


def test_an_application_is_answered_submitted_and_asked_back(
    manager: DeskVisitor, harbour: LiveDesks, inspector: str
) -> None:
    path = apply(manager)
    assert "kept as a draft" in manager.text
    assert "Jiangsu" in manager.text
    assert "things are missing" in manager.text
    text = manager.get(f"{path}/submit")
    assert "It cannot be submitted yet" in text
    assert "How is the risk of a customer assessed" in text
    manager.post(f"{path}/submit")
    assert manager.status == 422
    assert licence_of(harbour, path).state is LicenceState.DRAFT

    complete(manager, path)
    text = manager.get(path)
    assert "something is missing" not in text
    assert "As the rules have it: functions." in text
    manager.post(f"{path}/submit", text="We are ready.")
    assert licence_of(harbour, path).state is LicenceState.SUBMITTED
    manager.get(f"{path}/items/functions")
    assert manager.status == 404

    number = licence_of(harbour, path).licence_id
    harbour.run(desk(harbour).take_up(number, inspector))
    harbour.run(desk(harbour).ask(number, inspector, "Which modules?", "key-management"))
    text = manager.get(path)
    assert "Asked back" in text
    assert "Which modules?" in text
    assert "the regulator" in text
    assert "Li Wei" not in text
    assert "Which modules?" in manager.get(f"{path}/items/key-management")
    assert "The regulator asks back" in manager.get("/operator/licences")
    manager.post(f"{path}/items/key-management", answer="Two modules of one kind.")
    manager.post(f"{path}/comment", text="")
    assert manager.status == 422
    manager.post(f"{path}/comment", text="See the file as well.")
    assert "See the file as well." in manager.text
    manager.post(f"{path}/submit", text="")
    assert licence_of(harbour, path).state is LicenceState.SUBMITTED


def approved(manager: DeskVisitor, harbour: LiveDesks, inspector: str, **asked: str) -> str:
    """Returns the path of an approved licence."""
    path = apply(manager, **asked)
    complete(manager, path)
    manager.post(f"{path}/submit", text="")
    number = licence_of(harbour, path).licence_id
    harbour.run(desk(harbour).take_up(number, inspector))
    approval = Approval(conditions=("Report every month.",), text="Good.")
    harbour.run(desk(harbour).approve(number, inspector, approval))
    return path


def test_a_licence_shows_its_conditions_and_is_renewed_once(
    manager: DeskVisitor, harbour: LiveDesks, inspector: str
) -> None:
    path = approved(manager, harbour, inspector)
    text = manager.get(path)
    assert "What was granted" in text
    assert "Report every month." in text

    manager.post(f"{path}/renew", ends="2026-01-01")
    assert manager.status == 422
    manager.post(f"{path}/renew", ends="2029-01-31")
    renewal = manager.path
    assert renewal != path
    assert "The renewal is kept as a draft" in manager.text
    manager.post(f"{path}/renew", ends="2030-01-31")
    assert manager.status == 422
    assert "has a renewal already" in manager.text
    manager.language = "zh"
    assert "撤回" in manager.get(f"{renewal}/withdraw")
    manager.post(f"{renewal}/withdraw", text="")
    assert licence_of(harbour, renewal).state is LicenceState.WITHDRAWN
    assert "许可立即终止" in manager.get(f"{path}/withdraw")


def test_a_file_is_taken_shown_and_removed(manager: DeskVisitor, harbour: LiveDesks) -> None:
    path = apply(manager)
    item = f"{path}/items/key-management"
    status, page = upload(manager, item, "模块证书.pdf", PDF, answer="In modules.")
    assert status == 303, page
    text = manager.get(item)
    assert "模块证书.pdf" in text
    address = re.search(rf'href="({path}/files/\d+)" data-file>', manager.page)
    assert address is not None
    status, headers, _ = harbour.call("GET", address[1], manager.token)
    assert (status, headers["content-type"]) == (200, "application/pdf")
    assert headers["content-disposition"].startswith("attachment; ")
    assert "sandbox" in headers["content-security-policy"]
    status, page = upload(manager, item, "again.pdf", PDF, answer="In modules.")
    assert status == 422
    assert "attached to the item already" in page
    manager.post(f"{address[1]}/remove", item="key-management")
    assert "模块证书.pdf" not in manager.text


@pytest.mark.parametrize(
    ("name", "octets", "told"),
    [
        ("bomb.pdf", b"PK\x03\x04" + bytes(100), "zip archive"),
        ("program.pdf", b"MZ" + bytes(100), "a program"),
        ("page.txt", b"<html><script>alert(1)</script>", "a page or picture with script"),
        ("cut.pdf", b"%PDF-1.7\n", "cut off"),
        ("picture.pdf", PNG, "has to end in .png"),
        ("..pdf", PDF, "has to begin with a letter"),
        ("a\u202efdp.pdf", PDF, ""),
        ("x" * 300 + ".pdf", PDF, ""),
        ("empty.pdf", b"", "empty"),
    ],
)
def test_hostile_files_are_refused_at_the_field_and_nothing_is_kept(
    manager: DeskVisitor, harbour: LiveDesks, name: str, octets: bytes, told: str
) -> None:
    path = apply(manager)
    status, page = upload(manager, f"{path}/items/key-management", name, octets, answer="In modules.")
    if not told:
        return  # what the browser's name is cut to may be harmless
    assert status == 422
    assert told in page
    assert 'id="error-file"' in page
    assert licence_of(harbour, path).answer_to("key-management") is None


def test_a_file_that_is_too_large_is_refused(manager: DeskVisitor) -> None:
    path = apply(manager)
    status, page = upload(
        manager, f"{path}/items/key-management", "large.pdf", PDF + bytes(9_000_000), answer="x"
    )
    assert status == 413
    assert "This is too large" in page


def test_an_answer_is_words_that_everybody_sees(manager: DeskVisitor) -> None:
    path = apply(manager)
    manager.post(f"{path}/items/functions", answer=HOSTILE)
    manager.get(path)
    assert "<script>alert" not in manager.page
    manager.post(f"{path}/items/functions", answer="a\u202eb")
    assert manager.status == 422
    manager.post(f"{path}/items/functions", answer="x" * 5000)
    assert manager.status == 422
    manager.post(f"{path}/items/own-channels", answer="perhaps")
    assert manager.status == 422
    manager.post(f"{path}/items/nothing", answer="yes")
    assert manager.status == 404


def test_the_scope_is_changed_as_long_as_it_is_a_draft(manager: DeskVisitor, harbour: LiveDesks) -> None:
    path = apply(manager)
    manager.get(f"{path}/scope")
    assert 'value="2027-02-01"' in manager.page
    assert 'value="2028-01-31"' in manager.page
    assert "CN-JS" in manager.text
    manager.post(f"{path}/scope", begins="2027-03-01", ends="", regions="")
    assert licence_of(harbour, path).asked.ends is None
    assert "without end" in manager.text


def test_a_licence_that_ends_soon_is_told(manager: DeskVisitor, harbour: LiveDesks, inspector: str) -> None:
    path = approved(manager, harbour, inspector, begins="2027-01-15", ends="2027-02-20")
    assert "A licence ends soon" in manager.get("/operator/licences")
    assert "A licence ends soon" in manager.get(path)


def test_a_clerk_and_a_stranger_see_nothing_of_it(manager: DeskVisitor, harbour: LiveDesks) -> None:
    path = apply(manager)
    who = clerk(harbour)
    who.get(path)
    assert who.status == 403
    stranger = clerk(harbour, Role.MANAGER, "yuanshan")
    for each in ("", "/scope", "/submit", "/withdraw", "/items/functions", "/renew"):
        stranger.get(path + each)
        assert stranger.status == 404, each
