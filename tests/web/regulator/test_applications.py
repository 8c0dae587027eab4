"""Applications: taken up, asked back, approved for less than was asked, refused; evidence is handed out and the look noted."""

from __future__ import annotations

import hashlib

import pytest

from openesim.conditions.licensing.states import LicenceState
from openesim.services.conditions.accounts.roles import Role
from openesim.services.conditions.ledger.ledger import Range, Window
from openesim.transparency.entries import EntryKind
from tests.web.regulator.conftest import Nation, plain

pytestmark = pytest.mark.sockets


def path_of(nation: Nation, name: str) -> str:
    return f"/regulator/applications/{nation.licences[name].licence_id}"


def state_of(nation: Nation, number: int) -> LicenceState:
    async def read() -> LicenceState:
        licence = nation.desks.site.work.run_now(lambda stores: stores.licence(number))
        return LicenceState(licence.state)

    state: LicenceState = nation.desks.run(read())
    return state


def test_the_inbox_shows_what_waits_and_no_draft(nation: Nation) -> None:
    text = plain(nation.get("/regulator/applications", Role.INSPECTOR))
    assert "青禾移动 phone Submitted" in text
    assert "In review" in text
    drafts = nation.desks.get(path_of(nation, "draft"), nation.token())
    assert drafts[0] == 404


def test_a_state_is_chosen_by_the_address_and_given_away_as_a_file(nation: Nation) -> None:
    text = plain(nation.get("/regulator/applications?state=suspended"))
    assert "海棠通信" in text
    status, headers, text = nation.desks.get(
        "/regulator/applications?state=suspended&format=csv", nation.token()
    )
    assert (status, headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert "海棠通信" in text
    assert nation.desks.get("/regulator/applications?state=draft", nation.token())[0] == 200
    assert nation.desks.get("/regulator/applications?after=nonsense&state=approved", nation.token())[0] == 422


def test_an_application_is_shown_with_everything_about_it(nation: Nation) -> None:
    text = plain(nation.get(path_of(nation, "asked-back")))
    assert "Asked back" in text
    assert "请补充线上渠道的核验流程。" in text
    assert "How is a person verified before a profile is written" in text
    assert "evidence-0.pdf" in text
    assert "SHA-256" in text


def test_a_file_is_an_attachment_and_the_look_is_in_the_ledger_without_an_operator(nation: Nation) -> None:
    page = nation.get(path_of(nation, "in-review"), Role.INSPECTOR)
    start = page.index("/files/")
    number = page[start + len("/files/") :].split('"')[0]
    address = f"{path_of(nation, 'in-review')}/files/{number}"
    status, headers, body = nation.desks.get(address, nation.token(Role.INSPECTOR))
    assert (status, headers["content-type"]) == (200, "application/pdf")
    assert headers["content-disposition"].startswith("attachment; filename*=UTF-8''evidence-")
    assert headers["content-security-policy"].startswith("sandbox")
    assert headers["x-content-type-options"] == "nosniff"

    subject = f"licence:{nation.licences['in-review'].licence_id}"
    window = Window(range=Range.SUBJECT, value=subject)

    async def read() -> list[object]:
        return list(nation.desks.site.work.run_now(lambda stores: stores.ledger_window(window, 50)))

    looks = [kept.entry for kept in nation.desks.run(read()) if kept.entry.kind is EntryKind.LOOK]
    assert looks[0].operator is None
    assert looks[0].facts["file"] == hashlib.sha256(body.encode()).hexdigest()
    assert looks[0].actor.startswith("account:a_")


def test_a_file_that_was_changed_is_not_handed_out(nation: Nation) -> None:
    number = nation.licences["asked-back"].licence_id
    page = nation.get(f"/regulator/applications/{number}")
    file_id = int(page.partition("/files/")[2].split('"')[0])

    async def change() -> None:
        work = nation.desks.site.work
        work.run_now(
            lambda stores: stores._cursor.execute(
                "UPDATE licence_files SET digest = :digest WHERE file_id = :number",
                {"digest": bytes(32), "number": file_id},
            )
        )

    nation.desks.run(change())
    status, headers, _ = nation.desks.get(f"/regulator/applications/{number}/files/{file_id}", nation.token())
    assert (status, headers["location"]) == (303, f"/regulator/applications/{number}")


def test_an_application_goes_its_way(nation: Nation) -> None:
    number = nation.applied().licence_id
    path = f"/regulator/applications/{number}"
    assert nation.post(f"{path}/take-up", Role.INSPECTOR)[:2] == (303, path)
    assert state_of(nation, number) is LicenceState.IN_REVIEW

    status, _, page = nation.post(f"{path}/ask", Role.INSPECTOR, item="real-name-procedure", text="  ")
    assert status == 422
    assert 'href="#field-text"' in page
    status, _, page = nation.post(f"{path}/comment", Role.INSPECTOR, text="Turned \u202e round")
    assert status == 422
    assert "cannot be printed" in page or "nobody sees" in page
    assert nation.post(f"{path}/comment", Role.INSPECTOR, text="Looks <b>good</b> so far")[0] == 303
    page = nation.get(path)
    assert "Looks &lt;b&gt;good&lt;/b&gt; so far" in page
    assert "Li Wei" in page


def test_an_inspector_does_not_decide(nation: Nation) -> None:
    path = path_of(nation, "in-review")
    text = plain(nation.get(path, Role.INSPECTOR))
    assert "The chief of the regulator approves or refuses" in text
    assert "Approve …" not in text
    assert nation.post(f"{path}/approve", Role.INSPECTOR)[0] == 403
    assert nation.post(f"{path}/refuse", Role.INSPECTOR, reason="no")[0] == 403


def fields_of(nation: Nation, number: int) -> dict[str, str | list[str]]:
    """Returns the form of an approval as the page fills it."""
    licence = nation.desks.site.services.regulator.licences
    dossier = nation.desks.run(licence.dossier(number, "account:x"))
    wish = licence.wish_of(dossier)
    assert wish.begins is not None
    assert wish.ends is not None
    return {
        "begins": wish.begins.isoformat(),
        "ends": wish.ends.isoformat(),
        "channels": sorted(wish.channels),
        "numbers": sorted(wish.numbers),
        "regions": "\n".join(sorted(wish.regions)),
        "conditions": "",
        "text": "",
    }


def test_less_than_was_asked_is_approved_after_it_was_looked_at(nation: Nation) -> None:
    number = nation.applied("yuanshan").licence_id
    path = f"/regulator/applications/{number}"
    nation.post(f"{path}/take-up")
    form = nation.get(f"{path}/approve")
    assert 'value="counter" checked' in form
    fields = fields_of(nation, number) | {
        "channels": ["counter"],
        "regions": "CN-11，CN-31",
        "conditions": "首年仅限营业厅。\n\nMonthly report.",
        "text": "Good luck.",
    }
    status, _, page = nation.post(f"{path}/approve", **fields)
    assert status == 200
    text = plain(page)
    assert "may do less than was applied for" in text
    assert "Condition 2 Monthly report." in text
    assert state_of(nation, number) is LicenceState.IN_REVIEW
    status, location, _ = nation.post(f"{path}/approve", **fields, checked="yes")
    assert (status, location) == (303, path)
    text = plain(nation.get(path))
    assert "Channels counter asked for: counter, online" in text
    assert "Regions Beijing, Shanghai asked for:" in text
    gate = nation.desks.site.parts.conditions.licences.licences_of(
        "yuanshan", nation.licences["submitted"].service
    )
    assert any(fact.regions == frozenset({"CN-11", "CN-31"}) for fact in gate)


@pytest.mark.parametrize(
    ("changes", "field", "told"),
    [
        ({"channels": ["agent", "counter"]}, "channels", "never for more"),
        ({"regions": "CN-11\nCN-65"}, "regions", "never for more"),
        ({"regions": "<script>"}, "regions", "no name of a region"),
        ({"regions": ""}, "regions", "never for more"),
        ({"begins": "2026-02-30"}, "begins", "no day of the calendar"),
        ({"ends": "9999-12-31"}, "ends", "no day of the calendar"),
        ({"begins": "0001-01-01"}, "begins", "no day of the calendar"),
        ({"ends": "2001-01-01"}, "ends", "ended already"),
        ({"ends": "2099-01-01"}, "ends", "never for more"),
        ({"channels": []}, "channels", "please choose"),
        ({"conditions": "x" * 20_000}, "conditions", "at most"),
    ],
)
def test_what_cannot_be_approved_is_told_at_its_field(
    nation: Nation, changes: dict[str, str | list[str]], field: str, told: str
) -> None:
    number = nation.licences["in-review"].licence_id
    path = f"/regulator/applications/{number}"
    fields = fields_of(nation, number) | changes
    status, _, page = nation.post(f"{path}/approve", **fields, checked="yes")
    assert status == 422
    assert f'id="error-{field}"' in page
    assert told in plain(page)
    assert state_of(nation, number) is LicenceState.IN_REVIEW


def test_a_refusal_needs_a_reason_and_both_sides_read_it(nation: Nation) -> None:
    number = nation.applied("haitang").licence_id
    path = f"/regulator/applications/{number}"
    nation.post(f"{path}/take-up")
    assert "The application is over" in plain(nation.get(f"{path}/refuse"))
    status, _, page = nation.post(f"{path}/refuse", reason="")
    assert status == 422
    assert 'id="error-reason"' in page
    assert nation.post(f"{path}/refuse", reason="Evidence does not fit.")[0] == 303
    assert "Evidence does not fit." in plain(nation.get(path))
    assert nation.post(f"{path}/refuse", reason="Again.")[0] == 409


def test_suspending_stops_and_reinstating_lets_go_on(nation: Nation) -> None:
    number = nation.licences["approved"].licence_id
    path = f"/regulator/applications/{number}"
    text = plain(nation.get(f"{path}/suspend"))
    assert "0 orders on their way stop" in text
    assert "Within two seconds no server confirms an order" in text
    assert nation.post(f"{path}/suspend", Role.INSPECTOR, reason="x")[0] == 403
    assert nation.post(f"{path}/suspend", reason="Records are missing.")[0] == 303
    service = nation.licences["approved"].service
    facts = nation.desks.site.parts.conditions.licences.licences_of("qinghe", service)
    assert {fact.standing.value for fact in facts} == {"suspended"}
    assert "phone" in plain(nation.get("/regulator/operators"))
    assert "(suspended)" in plain(nation.get("/regulator/operators"))
    assert nation.post(f"{path}/reinstate", reason="")[0] == 303
    facts = nation.desks.site.parts.conditions.licences.licences_of("qinghe", service)
    assert {fact.standing.value for fact in facts} == {"valid"}


def test_revoking_is_for_good(nation: Nation) -> None:
    async def make() -> int:
        return nation.world.approved(nation.world.applied("haitang")).licence_id

    number = nation.desks.run(make())
    path = f"/regulator/applications/{number}"
    assert "for good" in plain(nation.get(f"{path}/revoke"))
    assert nation.post(f"{path}/revoke", reason="It was obtained by fraud.")[0] == 303
    assert state_of(nation, number) is LicenceState.REVOKED
    assert nation.post(f"{path}/reinstate", reason="x")[0] == 409


@pytest.mark.parametrize(
    "path",
    [
        f"/regulator/applications/{10**30}",
        "/regulator/applications/-1",
        "/regulator/applications/0",
        "/regulator/applications/1e3",
        f"/regulator/applications/1/files/{10**30}",
        f"/regulator/rules/simulations/{10**30}",
        "/regulator/rules/packs/%00/1",
        "/regulator/rules/packs/test/%ED%A0%80",
        "/regulator/operators/%00",
        "/regulator/accounts/%00",
        "/regulator/accounts/a_%F0%9F%98%80",
    ],
)
def test_addresses_that_nobody_was_given_lead_to_nothing(nation: Nation, path: str) -> None:
    status, _, page = nation.desks.get(path, nation.token())
    assert status in {400, 404}, (status, plain(page))
