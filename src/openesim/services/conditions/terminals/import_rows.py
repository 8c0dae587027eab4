"""Rows of an import, one class a kind: held against the register, against the rows before them, and stored."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, Protocol

from openesim.conditions.terminals.fields import Span
from openesim.conditions.terminals.forms import (
    Cells,
    EinForm,
    FieldError,
    FormError,
    ModelForm,
    TacForm,
    read_ein_form,
    read_model_form,
    read_tac_form,
    read_vendor_form,
)
from openesim.conditions.terminals.makers import ChipMaker, EinRange, TacRange, is_certified
from openesim.conditions.terminals.models import Model, ModelState
from openesim.conditions.terminals.ranges import Owned, RangeMap
from openesim.conditions.terminals.registry import Registry
from openesim.conditions.terminals.texts import told
from openesim.conditions.terminals.vendors import Standing, Vendor
from openesim.kernel.records import changed
from openesim.services.conditions.following import Reading
from openesim.services.conditions.terminals.book import TerminalBookStores, pages

_PAGE: Final = 5000
_IN_REVIEW: Final = frozenset({ModelState.SUBMITTED, ModelState.ASKED_BACK})


class RowStores(TerminalBookStores, Protocol):
    """What an import writes, and looks at once more, inside one unit of work."""

    def raise_revision(self, name: str) -> int:
        """Return the next revision of what has the name; the row is held until the unit ends."""
        ...

    def append_entry(self, entry: Any) -> None:
        """Add an entry to the ledger."""
        ...

    def add_vendor(self, vendor: Vendor) -> int:
        """Store a new vendor and return its number."""
        ...

    def vendor_named(self, name: str) -> Vendor | None:
        """Return the vendor with exactly this name."""
        ...

    def add_model(self, model: Model) -> int:
        """Store a new model and return its number."""
        ...

    def model_named(self, vendor_id: int, name: str) -> Model | None:
        """Return the model of a vendor with exactly this name."""
        ...

    def put_tac_range(self, tacs: TacRange) -> None:
        """Store a range in the place of the one that begins with the same TAC, if there is one."""
        ...

    def tac_range_before(self, tac: str) -> TacRange | None:
        """Return the range that holds and begins last of those that begin with a TAC or before it."""
        ...

    def put_ein_range(self, eids: EinRange) -> None:
        """Store a range in the place of the one that begins with the same EID, if there is one."""
        ...

    def ein_range_before(self, eid: str) -> EinRange | None:
        """Return the range that holds and begins last of those that begin with an EID or before it."""
        ...


class Rows(Protocol):
    """Rows of one kind."""

    async def load(self, reading: Reading) -> None:
        """Read what they are held against."""
        ...

    def take(self, register: Registry) -> None:
        """Take what they are held against from what a process knows by heart; it is only read."""
        ...

    def judge(self, cells: Cells) -> Any:
        """Return what is to be stored for a row; None: it is registered already, just as it is.

        Raises:
            FormError: it cannot be taken.
        """
        ...

    def note(self, line: int, value: Any) -> None:
        """Note a row that can be taken.

        Raises:
            FormError: it contradicts one before it.
        """
        ...

    def store(self, stores: RowStores, value: Any, revision: int, *, is_stale: bool) -> bool:
        """Store what was judged; tell whether there was anything to do.

        Args:
            stores: of the unit of work.
            value: as ``judge`` gave it.
            revision: of terminals.
            is_stale: somebody else has changed the register since it was judged: look once more.

        Raises:
            FormError: it cannot be taken any more.
        """
        ...


class VendorRows:
    """Vendors."""

    def __init__(self, now: datetime) -> None:
        """Know nobody yet; ``now`` is the moment of the import, aware UTC."""
        self._now: Final = now
        self._known: dict[str, Vendor] = {}
        self._lines: Final[dict[str, int]] = {}

    async def load(self, reading: Reading) -> None:
        """Read all vendors."""
        self._known = await _vendors(reading)

    def take(self, register: Registry) -> None:
        """Take all vendors."""
        self._known = _by_name(register)

    def judge(self, cells: Cells) -> Vendor | None:
        """Return the vendor of a row; None: he is registered just so."""
        vendor = read_vendor_form(cells, self._now)
        return None if _is_known(vendor, self._known.get(vendor.name)) else vendor

    def note(self, line: int, value: Vendor) -> None:
        """Note a vendor that can be registered."""
        _note_name(self._lines, value.name, line)

    def store(self, stores: RowStores, value: Vendor, revision: int, *, is_stale: bool) -> bool:
        """Register a vendor."""
        if is_stale and _is_known(value, stores.vendor_named(value.name)):
            return False
        stores.add_vendor(changed(value, revision=revision))
        return True


def _is_known(vendor: Vendor, known: Vendor | None) -> bool:
    """Tell whether a vendor is registered, just as he is.

    Raises:
        FormError: he is, with other data.
    """
    if known is None:
        return False
    if (known.kind, known.country, known.agent) != (vendor.kind, vendor.country, vendor.agent):
        raise wrong("name", "known-otherwise")
    return True


class ModelRows:
    """Models; those with an approval are approved by it, the others wait for a review."""

    def __init__(self, now: datetime, of_vendor: str | None = None) -> None:
        """Know nothing yet.

        Args:
            now: the moment of the import, aware UTC.
            of_vendor: name of the vendor whose file it is; None: an inspector's, who gives approvals.
        """
        self._now: Final = now
        self._of_vendor: Final = of_vendor
        self._vendors: dict[str, Vendor] = {}
        self._known: Final[dict[tuple[int, str], Model]] = {}
        self._lines: Final[dict[tuple[int, str], int]] = {}

    async def load(self, reading: Reading) -> None:
        """Read all vendors and models."""
        self._vendors = await _vendors(reading)
        async for models in pages(reading, lambda stores, after: stores.models(after, _PAGE), 0, _number):
            self._note_models(models)

    def take(self, register: Registry) -> None:
        """Take all vendors and models."""
        self._vendors = _by_name(register)
        self._note_models(register.models)

    def _note_models(self, models: Iterable[Model]) -> None:
        self._known.update({(each.vendor_id, each.name): each for each in models})

    def judge(self, cells: Cells) -> Model | None:
        """Return the model of a row; None: it is registered just so."""
        form = read_model_form(cells)
        vendor = _vendor_named(self._vendors, form.vendor, self._of_vendor)
        if self._of_vendor is not None and form.approval is not None:
            raise wrong("approval_number", "not-your-approval")
        known = self._known.get((vendor.vendor_id, form.name))
        return None if _is_known_model(form, known) else self._model(form, vendor)

    def _model(self, form: ModelForm, vendor: Vendor) -> Model:
        return Model(
            vendor_id=vendor.vendor_id,
            name=form.name,
            category=form.category,
            state=ModelState.SUBMITTED if form.approval is None else ModelState.APPROVED,
            is_foreign=form.is_foreign,
            abilities=form.abilities,
            approval=form.approval,
            changed_at=self._now,
        )

    def note(self, line: int, value: Model) -> None:
        """Note a model that can be registered."""
        _note_name(self._lines, (value.vendor_id, value.name), line)

    def store(self, stores: RowStores, value: Model, revision: int, *, is_stale: bool) -> bool:
        """Register a model."""
        if is_stale and stores.model_named(value.vendor_id, value.name) is not None:
            raise wrong("name", "known-otherwise")
        stores.add_model(changed(value, revision=revision))
        return True


class TacRows:
    """TACs of models."""

    def __init__(self, of_vendor: str | None = None) -> None:
        """Know nothing yet; ``of_vendor`` is the name of the vendor whose file it is."""
        self._of_vendor: Final = of_vendor
        self._vendors: dict[str, Vendor] = {}
        self._models: Final[dict[tuple[int, str], tuple[int, ModelState]]] = {}
        self._known = RangeMap()
        self._lines: Final = RangeMap()

    async def load(self, reading: Reading) -> None:
        """Read all vendors, models and ranges."""
        self._vendors = await _vendors(reading)
        async for models in pages(reading, lambda stores, after: stores.models(after, _PAGE), 0, _number):
            self._note_models(models)
        async for spans in pages(reading, lambda stores, after: stores.tac_spans(after, _PAGE), -1, _first):
            self._known.extend(spans)

    def take(self, register: Registry) -> None:
        """Take all vendors, models and ranges."""
        self._vendors, self._known = _by_name(register), register.tacs
        self._note_models(register.models)

    def _note_models(self, models: Iterable[Model]) -> None:
        self._models.update({(each.vendor_id, each.name): (each.model_id, each.state) for each in models})

    def judge(self, cells: Cells) -> TacRange | None:
        """Return the range of a row; None: it is registered just so."""
        form = read_tac_form(cells)
        tacs = self._range(form, _vendor_named(self._vendors, form.vendor, self._of_vendor))
        first, last = int(tacs.first), int(tacs.last)
        known = self._known.overlapping(first, last)
        if known is None:
            return tacs
        if known == (first, last, tacs.model_id):
            return None
        raise self._taken((first, last), known)

    def _taken(self, span: tuple[int, int], known: Owned) -> FormError:
        """Return the error of TACs that are registered; a vendor is not told which model of somebody else has them."""
        vendor, model = self._owner_of(known[2])
        if self._of_vendor is not None and vendor != self._vendors[self._of_vendor].vendor_id:
            return _taken_elsewhere("tac", span, known, 8)
        return _taken("tac", (f"{known[0]:08d}", f"{known[1]:08d}"), model)

    def _range(self, form: TacForm, vendor: Vendor) -> TacRange:
        model = self._models.get((vendor.vendor_id, form.model))
        if model is None:
            raise wrong("model", "no-such-name", name=form.model)
        number, state = model
        if self._of_vendor is not None and state not in _IN_REVIEW:
            raise wrong("model", "not-in-force", name=form.model, state=state.value)
        return TacRange(first=form.span[0], last=form.span[1], model_id=number)

    def _owner_of(self, model_id: int) -> tuple[int, str]:
        """Return vendor and name of a model; looked for only where something is wrong."""
        return next((key for key, known in self._models.items() if known[0] == model_id), (0, "?"))

    def note(self, line: int, value: TacRange) -> None:
        """Note a range that is free."""
        _note_range(self._lines, (int(value.first), int(value.last), line), "tac", 8)

    def store(self, stores: RowStores, value: TacRange, revision: int, *, is_stale: bool) -> bool:
        """Register a range."""
        before = stores.tac_range_before(value.last) if is_stale else None
        if before is not None and before.last >= value.first:
            if changed(before, revision=0) == value:
                return False
            known = (int(before.first), int(before.last), before.model_id)
            raise self._taken((int(value.first), int(value.last)), known)
        stores.put_tac_range(changed(value, revision=revision))
        return True


class EinRows:
    """EIDs of chip makers, by what they begin with."""

    def __init__(self, of_maker: str | None = None) -> None:
        """Know nothing yet; ``of_maker`` is the name of the chip maker whose file it is, None: an inspector's."""
        self._of_maker: Final = of_maker
        self._makers: Final[dict[str, ChipMaker]] = {}
        self._known = RangeMap(is_wide=True)
        self._lines: Final = RangeMap(is_wide=True)

    async def load(self, reading: Reading) -> None:
        """Read all chip makers and ranges."""
        async for makers in pages(reading, lambda stores, after: stores.makers(after, _PAGE), 0, _maker):
            self._makers.update({each.name: each for each in makers})
        async for spans in pages(reading, lambda stores, after: stores.ein_spans(after, _PAGE), -1, _first):
            self._known.extend(spans)

    def take(self, register: Registry) -> None:
        """Take all chip makers and ranges."""
        self._makers.update({each.name: each for each in register.makers})
        self._known = register.eins

    def judge(self, cells: Cells) -> EinRange | None:
        """Return the range of a row; None: it is registered just so."""
        form = read_ein_form(cells)
        eids = self._range(form)
        first, last = int(eids.first), int(eids.last)
        known = self._known.overlapping(first, last)
        if known is None:
            return eids
        if known == (first, last, eids.maker_id):
            return None
        raise self._taken((first, last), known)

    def _taken(self, span: tuple[int, int], known: Owned) -> FormError:
        """Return the error of EIDs that are registered; a chip maker is not told who else has them."""
        name = self._name_of(known[2])
        if self._of_maker not in {None, name}:
            return _taken_elsewhere("ein", span, known, 32)
        return _taken("ein", (f"{known[0]:032d}", f"{known[1]:032d}"), name)

    def _range(self, form: EinForm) -> EinRange:
        if self._of_maker not in {None, form.maker}:
            raise wrong("maker", "not-your-name", name=self._of_maker)
        maker = self._makers.get(form.maker)
        if maker is None:
            raise wrong("maker", "no-such-name", name=form.maker)
        if self._of_maker is not None and maker.state is not Standing.IN_FORCE:
            raise wrong("maker", "not-in-force", name=maker.name, state=maker.state.value)
        if self._of_maker is not None and not is_certified(maker.certificates, form.span):
            raise wrong("ein", "not-certified")
        return EinRange(first=form.span[0], last=form.span[1], maker_id=maker.maker_id)

    def _name_of(self, maker_id: int) -> str:
        """Return the name of a chip maker; looked for only where something is wrong."""
        return next((name for name, known in self._makers.items() if known.maker_id == maker_id), "?")

    def note(self, line: int, value: EinRange) -> None:
        """Note a range that is free."""
        _note_range(self._lines, (int(value.first), int(value.last), line), "ein", 32)

    def store(self, stores: RowStores, value: EinRange, revision: int, *, is_stale: bool) -> bool:
        """Register a range."""
        before = stores.ein_range_before(value.last) if is_stale else None
        if before is not None and before.last >= value.first:
            if changed(before, revision=0) == value:
                return False
            known = (int(before.first), int(before.last), before.maker_id)
            raise self._taken((int(value.first), int(value.last)), known)
        stores.put_ein_range(changed(value, revision=revision))
        return True


def wrong(field: str, word: str, **values: object) -> FormError:
    """Return the error of one field.

    Args:
        field: its name.
        word: of the catalogue.
        values: for the braces of its text.
    """
    return FormError((FieldError(field, told(word, **values)),))


def _by_name(register: Registry) -> dict[str, Vendor]:
    """Return all vendors by name, as they are known by heart."""
    return {each.name: each for each in register.vendors}


async def _vendors(reading: Reading) -> dict[str, Vendor]:
    """Return all vendors by name."""
    known: dict[str, Vendor] = {}
    async for vendors in pages(
        reading, lambda stores, after: stores.vendors(after, _PAGE), 0, lambda each: each.vendor_id
    ):
        known.update({each.name: each for each in vendors})
    return known


def _vendor_named(vendors: dict[str, Vendor], name: str, of_vendor: str | None) -> Vendor:
    """Return a vendor who may have models.

    Raises:
        FormError: nobody has the name, he is not in force, or it is another vendor's file.
    """
    if of_vendor is not None and name != of_vendor:
        raise wrong("vendor", "not-your-name", name=of_vendor)
    vendor = vendors.get(name)
    if vendor is None:
        raise wrong("vendor", "no-such-name", name=name)
    if vendor.state is not Standing.IN_FORCE:
        raise wrong("vendor", "not-in-force", name=name, state=vendor.state.value)
    return vendor


def _is_known_model(form: ModelForm, known: Model | None) -> bool:
    """Tell whether a model is registered, just as it is; its approval is compared where the row has one.

    Raises:
        FormError: it is, with other data.
    """
    if known is None:
        return False
    is_same = (known.category, known.is_foreign, known.abilities) == (
        form.category,
        form.is_foreign,
        form.abilities,
    )
    if not is_same or form.approval not in {None, known.approval}:
        raise wrong("name", "known-otherwise")
    return True


def _note_name(lines: dict[Any, int], name: Any, line: int) -> None:
    if name in lines:
        raise wrong("name", "twice", row=lines[name])
    lines[name] = line


def _note_range(lines: RangeMap, span: Owned, field: str, digits: int) -> None:
    first, last, line = span
    other = lines.overlapping(first, last)
    if other is not None:
        shown = {"first": f"{other[0]:0{digits}d}", "last": f"{other[1]:0{digits}d}"}
        raise wrong(field, "overlaps-row", row=other[2], **shown)
    lines.put(first, last, line)


def _taken(field: str, span: Span, owner: str) -> FormError:
    """Return the error of a range that has numbers in common with one that is registered."""
    return wrong(field, "overlaps-known", first=span[0], last=span[1], owner=owner)


def _taken_elsewhere(field: str, span: tuple[int, int], known: Owned, digits: int) -> FormError:
    """Return the error of a range that has numbers in common with somebody else's: just those are named."""
    first, last = max(span[0], known[0]), min(span[1], known[1])
    return wrong(field, "overlaps-elsewhere", first=f"{first:0{digits}d}", last=f"{last:0{digits}d}")


def _number(model: Model) -> int:
    return model.model_id


def _maker(maker: ChipMaker) -> int:
    return maker.maker_id


def _first(span: Owned) -> int:
    return span[0]
