"""Vendors, models and their TACs as a service: who registers, submits, reviews and removes them.

Every change raises the revision of terminals, which holds its row until the unit ends: changes come one after the other,
so what was found free stays free. Every change is in the ledger.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, Protocol

from openesim.conditions.terminals.fields import LONGEST_REMARK, Span, read_text
from openesim.conditions.terminals.forms import ModelForm
from openesim.conditions.terminals.makers import TacRange
from openesim.conditions.terminals.models import (
    NEEDS_REASON,
    REVIEW_QUEUE,
    Approval,
    Model,
    ModelEvent,
    ModelState,
    after,
    state_at,
    verify_approval,
)
from openesim.conditions.terminals.texts import conflict, not_found, not_possible
from openesim.conditions.terminals.vendors import (
    Standing,
    StandingEvent,
    Vendor,
    standing_after,
    verify_vendor,
)
from openesim.kernel.records import changed
from openesim.services.conditions.terminals.book import NAME
from openesim.transparency.entries import Entry, EntryKind

_START: Final = (datetime.fromtimestamp(0, UTC), 0)


class EntryStores(Protocol):
    """The ledger, inside one unit of work."""

    def append_entry(self, entry: Entry) -> None:
        """Add an entry to the ledger."""
        ...


class DeedStores(EntryStores, Protocol):
    """What every change of terminals does beside itself, inside one unit of work."""

    def raise_revision(self, name: str) -> int:
        """Return the next revision of what has the name; the row is held until the unit ends."""
        ...


class TerminalStores(DeedStores, Protocol):
    """Vendors, models and TAC ranges, inside one unit of work."""

    def add_vendor(self, vendor: Vendor) -> int:
        """Store a new vendor and return its number."""
        ...

    def save_vendor(self, vendor: Vendor) -> None:
        """Store a vendor that changed."""
        ...

    def vendor(self, vendor_id: int) -> Vendor | None:
        """Return a vendor; the row is held until the unit ends."""
        ...

    def vendor_named(self, name: str) -> Vendor | None:
        """Return the vendor with exactly this name."""
        ...

    def vendors(self, after: int, limit: int) -> list[Vendor]:
        """Return vendors by number, beginning behind ``after``."""
        ...

    def add_model(self, model: Model) -> int:
        """Store a new model and return its number."""
        ...

    def save_model(self, model: Model) -> None:
        """Store a model that changed."""
        ...

    def model(self, model_id: int) -> Model | None:
        """Return a model; the row is held until the unit ends."""
        ...

    def model_named(self, vendor_id: int, name: str) -> Model | None:
        """Return the model of a vendor with exactly this name."""
        ...

    def models(self, after: int, limit: int) -> list[Model]:
        """Return models by number, beginning behind ``after``."""
        ...

    def models_of(self, vendor_id: int, after: str, limit: int) -> list[Model]:
        """Return the models of a vendor by name, beginning behind ``after``."""
        ...

    def models_in(self, state: ModelState, after: tuple[datetime, int], limit: int) -> list[Model]:
        """Return models whose stored state it is, those longest in it first, beginning behind moment and number."""
        ...

    def put_tac_range(self, tacs: TacRange) -> None:
        """Store a range in the place of the one that begins with the same TAC, if there is one."""
        ...

    def tac_range_before(self, tac: str) -> TacRange | None:
        """Return the range that holds and begins last of those that begin with a TAC or before it."""
        ...

    def tac_ranges_of(self, model_id: int, after: str, limit: int) -> list[TacRange]:
        """Return ranges of a model that hold, beginning behind the first TAC of one (empty: from the start)."""
        ...


# --- vendors ----------------------------------------------------------------------------------------------------


def register_vendor(stores: TerminalStores, vendor: Vendor, who: str, now: datetime) -> Vendor:
    """Register a vendor and return him with his number.

    Args:
        stores: of the unit of work.
        vendor: as ``forms.read_vendor_form`` gives him.
        who: who does it.
        now: aware UTC.

    Raises:
        DecodeError: a foreign one without a domestic agent.
        ConflictError: the name is taken.
    """
    verify_vendor(vendor)
    revision = stores.raise_revision(NAME)
    if stores.vendor_named(vendor.name) is not None:
        raise conflict("name-taken", name=vendor.name)
    stored = changed(vendor, created_at=now, revision=revision)
    stored = changed(stored, vendor_id=stores.add_vendor(stored))
    note_deed(stores, f"vendor:{stored.vendor_id}", who, now, deed="register-vendor", **_vendor_facts(stored))
    return stored


def change_vendor(stores: TerminalStores, vendor: Vendor, who: str, now: datetime) -> Vendor:
    """Change name, kind, country or agent of a vendor and return him; his standing is not changed by it.

    Args:
        stores: of the unit of work.
        vendor: as he is to be.
        who: who does it.
        now: aware UTC.

    Raises:
        NotFoundError: there is no vendor with this number.
        DecodeError: a foreign one without a domestic agent.
        ConflictError: another one has the name.
    """
    verify_vendor(vendor)
    revision = stores.raise_revision(NAME)
    before = _vendor(stores, vendor.vendor_id)
    namesake = stores.vendor_named(vendor.name)
    if namesake is not None and namesake.vendor_id != vendor.vendor_id:
        raise conflict("name-taken", name=vendor.name)
    stored = changed(
        before,
        name=vendor.name,
        kind=vendor.kind,
        country=vendor.country,
        agent=vendor.agent,
        revision=revision,
    )
    stores.save_vendor(stored)
    note_deed(stores, f"vendor:{stored.vendor_id}", who, now, deed="change-vendor", **_vendor_facts(stored))
    return stored


def move_vendor(
    stores: TerminalStores, vendor_id: int, event: StandingEvent, reason: str, who: str, now: datetime
) -> Vendor:
    """Suspend a vendor, let him in again, or strike him off; none of his models counts as approved meanwhile.

    Args:
        stores: of the unit of work.
        vendor_id: which one.
        event: what happens to him.
        reason: why; he is told.
        who: who does it.
        now: aware UTC.

    Raises:
        NotFoundError: there is no such vendor.
        StateError: not possible as he stands.
        ConflictError: no reason is given.
    """
    remark = read_reason(reason)
    revision = stores.raise_revision(NAME)
    vendor = _vendor(stores, vendor_id)
    stored = changed(vendor, state=standing_after(vendor.state, event), remark=remark, revision=revision)
    stores.save_vendor(stored)
    note_deed(
        stores, f"vendor:{vendor_id}", who, now, deed=event.value, state=stored.state.value, reason=remark
    )
    return stored


# --- models -----------------------------------------------------------------------------------------------------


def submit_model(stores: TerminalStores, form: ModelForm, who: str, now: datetime) -> Model:
    """Submit a new model and return it with its number; it waits for a review. An approval in the form is left out.

    Args:
        stores: of the unit of work.
        form: as ``forms.read_model_form`` gives it.
        who: who does it.
        now: aware UTC.

    Raises:
        NotFoundError: there is no vendor of this name.
        ConflictError: he is not in force, or has a model of this name.
    """
    revision = stores.raise_revision(NAME)
    vendor = stores.vendor_named(form.vendor)
    if vendor is None:
        raise not_found("no-such-vendor", name=form.vendor)
    verify_in_force(vendor)
    if stores.model_named(vendor.vendor_id, form.name) is not None:
        raise conflict("name-taken", name=form.name)
    model = Model(
        vendor_id=vendor.vendor_id,
        name=form.name,
        category=form.category,
        is_foreign=form.is_foreign,
        abilities=form.abilities,
        changed_at=now,
        revision=revision,
    )
    model = changed(model, model_id=stores.add_model(model))
    _note_model(stores, model, ModelEvent.SUBMIT, who, now)
    return model


def answer_model(
    stores: TerminalStores, model_id: int, form: ModelForm, answer: str, who: str, now: datetime
) -> Model:
    """Submit a model once more: in answer to a question, or after it was refused, revoked or has expired.

    Args:
        stores: of the unit of work.
        model_id: which one.
        form: as it is to be; vendor and approval in it are not looked at.
        answer: what the vendor says to it; may be empty.
        who: who does it.
        now: aware UTC.

    Raises:
        NotFoundError: there is no such model.
        StateError: not possible where it stands.
        ConflictError: the vendor is not in force, or has another model of this name.
    """
    revision = stores.raise_revision(NAME)
    model = _model(stores, model_id)
    verify_in_force(_vendor(stores, model.vendor_id))
    namesake = stores.model_named(model.vendor_id, form.name)
    if namesake is not None and namesake.model_id != model_id:
        raise conflict("name-taken", name=form.name)
    stored = changed(
        model,
        name=form.name,
        category=form.category,
        is_foreign=form.is_foreign,
        abilities=form.abilities,
        state=after(state_at(model, now), ModelEvent.SUBMIT),
        remark=read_text(answer, LONGEST_REMARK) if answer else "",
        changed_at=now,
        revision=revision,
    )
    stores.save_model(stored)
    _note_model(stores, stored, ModelEvent.SUBMIT, who, now)
    return stored


def approve_model(
    stores: TerminalStores, model_id: int, approval: Approval, who: str, now: datetime
) -> Model:
    """Approve a model, or renew its approval, and return it.

    Args:
        stores: of the unit of work.
        model_id: which one.
        approval: with its number and its days.
        who: who does it.
        now: aware UTC.

    Raises:
        NotFoundError: there is no such model.
        StateError: not possible where it stands.
        DecodeError: the approval ends before it begins.
        ConflictError: the vendor is not in force.
    """
    verify_approval(approval)
    revision = stores.raise_revision(NAME)
    model = _model(stores, model_id)
    verify_in_force(_vendor(stores, model.vendor_id))
    stored = changed(
        model,
        state=after(state_at(model, now), ModelEvent.APPROVE),
        approval=approval,
        remark="",
        changed_at=now,
        revision=revision,
    )
    stores.save_model(stored)
    _note_model(stores, stored, ModelEvent.APPROVE, who, now)
    return stored


def review_model(
    stores: TerminalStores, model_id: int, event: ModelEvent, reason: str, who: str, now: datetime
) -> Model:
    """Ask back, refuse, suspend, resume or revoke a model and return it.

    Args:
        stores: of the unit of work.
        model_id: which one.
        event: what happens to it; an approval is ``approve_model``, a submission the vendor's.
        reason: what is asked, or why; the vendor is told. Only to resume, none is needed.
        who: who does it.
        now: aware UTC.

    Raises:
        NotFoundError: there is no such model.
        StateError: not possible where it stands.
        ConflictError: no reason is given.
    """
    remark = read_reason(reason) if event in NEEDS_REASON or reason else ""
    revision = stores.raise_revision(NAME)
    model = _model(stores, model_id)
    state = state_at(model, now)
    if event in {ModelEvent.APPROVE, ModelEvent.SUBMIT}:
        raise not_possible(event.value, state.value)
    stored = changed(model, state=after(state, event), remark=remark, changed_at=now, revision=revision)
    stores.save_model(stored)
    _note_model(stores, stored, event, who, now)
    return stored


def review_queue(stores: TerminalStores, after: tuple[datetime, int] | None, limit: int) -> list[Model]:
    """Return models that wait for an inspector, those that have waited longest first.

    Args:
        stores: of the unit of work.
        after: moment and number of the last one of the page before; None: the first page.
        limit: how many at most.
    """
    (state,) = REVIEW_QUEUE
    return stores.models_in(state, after or _START, limit)


# --- TAC ranges -------------------------------------------------------------------------------------------------


def add_tacs(
    stores: TerminalStores,
    model_id: int,
    span: Span,
    who: str,
    now: datetime,
    *,
    vendor_id: int | None = None,
) -> TacRange:
    """Give a model TACs; a vendor may do it himself while his model is in review.

    Args:
        stores: of the unit of work.
        model_id: whose they are.
        span: first and last TAC, 8 digits each, as ``fields.read_tacs`` gives them.
        who: who does it.
        now: aware UTC.
        vendor_id: the vendor who does it; None: whoever reviews.

    Raises:
        NotFoundError: there is no such model, or it is not the vendor's.
        ConflictError: some of them are another range's, or the model is in review no more.
    """
    revision = stores.raise_revision(NAME)
    model = _model(stores, model_id)
    if vendor_id is not None:
        _verify_in_review(model, vendor_id)
    verify_free(stores, span, vendor_id)
    first, last = span
    tacs = TacRange(first=first, last=last, model_id=model_id, revision=revision)
    stores.put_tac_range(tacs)
    note_deed(stores, f"model:{model_id}", who, now, deed="add-tacs", first=first, last=last)
    return tacs


def verify_free(stores: TerminalStores, span: Span, vendor_id: int | None = None) -> None:
    """Refuse TACs that are another range's. A vendor is not told which model of somebody else has them.

    Args:
        stores: of the unit of work.
        span: first and last TAC, 8 digits each.
        vendor_id: the vendor who asks; None: whoever reviews.

    Raises:
        ConflictError: some of them are.
    """
    first, last = span
    taken = stores.tac_range_before(last)
    if taken is None or taken.last < first:
        return
    owner = stores.model(taken.model_id)
    if vendor_id is None or (owner is not None and owner.vendor_id == vendor_id):
        name = str(taken.model_id) if owner is None else owner.name
        raise conflict("range-taken", first=taken.first, last=taken.last, owner=name)
    raise conflict("range-taken-elsewhere", first=max(first, taken.first), last=min(last, taken.last))


def remove_tacs(
    stores: TerminalStores, first: str, who: str, now: datetime, *, vendor_id: int | None = None
) -> TacRange:
    """Take TACs from a model: devices of this type are of no model any more.

    Args:
        stores: of the unit of work.
        first: where the range begins, 8 digits.
        who: who does it.
        now: aware UTC.
        vendor_id: the vendor who does it, while his model is in review; None: whoever reviews.

    Raises:
        NotFoundError: no range begins there, or it is not the vendor's.
        ConflictError: the model is in review no more.
    """
    revision = stores.raise_revision(NAME)
    found = stores.tac_range_before(first)
    if found is None or found.first != first:
        raise not_found("no-such-tac", name=first)
    if vendor_id is not None:
        model = _model(stores, found.model_id)
        if model.vendor_id != vendor_id:
            raise not_found("no-such-tac", name=first)
        _verify_in_review(model, vendor_id)
    removed = changed(found, removed_at=now, revision=revision)
    stores.put_tac_range(removed)
    note_deed(stores, f"model:{found.model_id}", who, now, deed="remove-tacs", first=first, last=found.last)
    return removed


# --- what all of them need --------------------------------------------------------------------------------------


def note_deed(stores: EntryStores, subject: str, who: str, now: datetime, **facts: str) -> None:
    """Add a deed to the ledger.

    Args:
        stores: of the unit of work.
        subject: what it is about, such as ``model:7``.
        who: who did it.
        now: aware UTC.
        facts: what it was, nothing personal.
    """
    stores.append_entry(Entry(kind=EntryKind.DEED, at=now, actor=who, subject=subject, facts=facts))


def read_reason(text: str) -> str:
    """Return a reason as it is kept.

    Raises:
        ConflictError: there is nothing in it.
        DecodeError: too long, a formula, markup, or characters that cannot be seen.
    """
    if not text.strip():
        raise conflict("reason-missing")
    return read_text(text, LONGEST_REMARK)


def verify_in_force(vendor: Vendor) -> None:
    """Refuse what a vendor may do only while he is in force.

    Raises:
        ConflictError: he is not.
    """
    if vendor.state is not Standing.IN_FORCE:
        raise conflict("vendor-not-in-force", name=vendor.name, state=vendor.state.value)


def _verify_in_review(model: Model, vendor_id: int) -> None:
    if model.vendor_id != vendor_id:
        raise not_found("no-such-model", name=model.model_id)
    if model.state not in {ModelState.SUBMITTED, ModelState.ASKED_BACK}:
        raise conflict("model-decided", name=model.name, state=model.state.value)


def _vendor(stores: TerminalStores, vendor_id: int) -> Vendor:
    vendor = stores.vendor(vendor_id)
    if vendor is None:
        raise not_found("no-such-vendor", name=vendor_id)
    return vendor


def _model(stores: TerminalStores, model_id: int) -> Model:
    model = stores.model(model_id)
    if model is None:
        raise not_found("no-such-model", name=model_id)
    return model


def _vendor_facts(vendor: Vendor) -> dict[str, str]:
    facts = {"name": vendor.name, "kind": vendor.kind.value, "country": vendor.country}
    return facts if vendor.agent is None else facts | {"agent": vendor.agent}


def _note_model(stores: DeedStores, model: Model, event: ModelEvent, who: str, now: datetime) -> None:
    facts = {"name": model.name, "state": model.state.value}
    if event is ModelEvent.APPROVE and model.approval is not None:
        facts |= {
            "approval": model.approval.number,
            "begins": f"{model.approval.begins:%Y-%m-%d}",
            "ends": f"{model.approval.ends:%Y-%m-%d}",
        }
    if model.remark:
        facts["reason"] = model.remark
    note_deed(stores, f"model:{model.model_id}", who, now, deed=f"{event.value}-model", **facts)
