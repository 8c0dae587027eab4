"""Tables: filtered by chips, sorted, told in pages by cursor, and given away as a file.

Whatever is chosen stands in the address, so that a view can be kept and sent.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from openesim.adapters.web.desks.visit import Visit

PAGE_ROWS: Final = 50

_SEARCH: Final = "q"
_SORT: Final = "sort"
_AFTER: Final = "after"
_FORMAT: Final = "format"
_MOST_SEARCH: Final = 100
_MOST_CURSOR: Final = 400


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    Attributes:
        label: its head.
        kind: numbers stand at the right.
        sort: name by which rows are sorted along it; empty: they are not.
    """

    label: str
    kind: Literal["text", "number"] = "text"
    sort: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row.

    Attributes:
        cells: one a column; what ``c.show`` can draw.
        address: of the page about it, led to by the first cell; empty: none.
        errors: what is wrong with it, for a file that was read.
    """

    cells: Sequence[Any]
    address: str = ""
    errors: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Chip:
    """One value of a filter.

    Attributes:
        label: what it says.
        address: of the same table with it chosen, or not any more.
        is_on: whether it is chosen.
        count: rows that it leaves; None: not counted.
    """

    label: str
    address: str
    is_on: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Chips:
    """A filter.

    Attributes:
        label: what is filtered by.
        chips: its values.
    """

    label: str
    chips: Sequence[Chip]


@dataclass(frozen=True, slots=True)
class Search:
    """A field to search by.

    Attributes:
        label: what may be searched for.
        value: what is.
        kept: other parameters of the address, which stay.
    """

    label: str
    value: str
    kept: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column as it is drawn.

    Attributes:
        column: the column.
        address: of the table sorted along it; empty: it is not.
        direction: ``ascending`` or ``descending`` where the table is sorted along it now, else ``none``.
    """

    column: Column
    address: str
    direction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table as it is drawn.

    Attributes:
        caption: what it holds; read to those who do not see it.
        heads: of its columns.
        rows: of this page.
        filters: chips above it.
        search: field above it; None: none.
        next_address: of the next page; empty: this is the last one.
        first_address: of the first page; empty: this is it.
        csv_address: of the same rows as a file; empty: they are not given away.
        is_filtered: whether a filter or a search leaves rows out.
        clear_address: of the table without any filter.
        count: rows in all; None: not counted.
    """

    caption: str
    heads: Sequence[Head]
    rows: Sequence[Row]
    filters: Sequence[Chips] = ()
    search: Search | None = None
    next_address: str = ""
    first_address: str = ""
    csv_address: str = ""
    is_filtered: bool = False
    clear_address: str = ""
    count: int | None = None
    columns: Sequence[Column] = field(default=())

    @property
    def has_errors(self) -> bool:
        """Whether any row has something wrong."""
        return any(row.errors for row in self.rows)


class TableQuery:
    """What the address of a table asks for."""

    def __init__(
        self,
        visit: Visit,
        *,
        filters: Mapping[str, Collection[str]] | None = None,
        sorts: Collection[str] = (),
        default_sort: str = "",
    ) -> None:
        """Read the address; what is not allowed in it is as if it were not there.

        Args:
            visit: whose address.
            filters: values that may be chosen, by parameter.
            sorts: names to sort by; an address may put ``-`` before one.
            default_sort: where the address says nothing.
        """
        self._visit: Final = visit
        self._filters: Final = filters or {}
        chosen = visit.asked(_SORT)
        self._sort: Final = chosen if chosen.removeprefix("-") in sorts else default_sort
        self.search: Final = visit.asked(_SEARCH).strip()[:_MOST_SEARCH]
        self.cursor: Final = visit.asked(_AFTER)[:_MOST_CURSOR]
        self.wants_csv: Final = visit.asked(_FORMAT) == "csv"

    @property
    def sort(self) -> str:
        """What rows are sorted by."""
        return self._sort.removeprefix("-")

    @property
    def is_descending(self) -> bool:
        """Whether the greatest comes first."""
        return self._sort.startswith("-")

    def chosen(self, name: str) -> str:
        """Return the value of a filter; empty: none is chosen."""
        value = self._visit.asked(name)
        return value if value in self._filters[name] else ""

    def chips(
        self, name: str, label: str, texts: Mapping[str, str], counts: Mapping[str, int] | None = None
    ) -> Chips:
        """Return the chips of a filter.

        Args:
            name: of the parameter.
            label: what is filtered by.
            texts: what a chip says, by value.
            counts: rows that each value leaves, if they were counted.
        """
        now = self.chosen(name)
        chips = [
            Chip(
                text,
                self._visit.address(**{name: None if value == now else value, _AFTER: None}),
                value == now,
                (counts or {}).get(value),
            )
            for value, text in texts.items()
        ]
        return Chips(label, chips)

    def table(
        self,
        caption: str,
        columns: Sequence[Column],
        rows: Sequence[Row],
        *,
        filters: Sequence[Chips] = (),
        search_label: str = "",
        next_cursor: str = "",
        has_csv: bool = False,
        count: int | None = None,
    ) -> Table:
        """Return the table.

        Args:
            caption: what it holds.
            columns: its columns.
            rows: of this page.
            filters: chips, from ``chips``.
            search_label: what may be searched for; empty: nothing.
            next_cursor: where the next page begins; empty: this is the last one.
            has_csv: whether it is given away as a file.
            count: rows in all, if they were counted.
        """
        address = self._visit.address
        nothing = dict.fromkeys((*self._filters, _SEARCH, _AFTER))
        return Table(
            caption=caption,
            heads=[self._head(column) for column in columns],
            columns=columns,
            rows=rows,
            filters=filters,
            search=self._search_field(search_label) if search_label else None,
            next_address=address(**{_AFTER: next_cursor}) if next_cursor else "",
            first_address=address(**{_AFTER: None}) if self.cursor else "",
            csv_address=address(**{_FORMAT: "csv", _AFTER: None}) if has_csv else "",
            is_filtered=bool(self.search) or any(self.chosen(name) for name in self._filters),
            clear_address=address(**nothing),
            count=count,
        )

    def _search_field(self, label: str) -> Search:
        kept = [pair for pair in self._visit.query if pair[0] not in {_SEARCH, _AFTER, _FORMAT}]
        return Search(label, self.search, kept)

    def _head(self, column: Column) -> Head:
        """Return the head of a column: pressed again, it turns the order."""
        if not column.sort:
            return Head(column, "", "none")
        is_now = column.sort == self.sort
        direction = ("descending" if self.is_descending else "ascending") if is_now else "none"
        wanted = f"-{column.sort}" if direction == "ascending" else column.sort
        return Head(column, self._visit.address(**{_SORT: wanted, _AFTER: None}), direction)


def plain_table(caption: str, columns: Sequence[Column], rows: Sequence[Row]) -> Table:
    """Return a table that is neither filtered nor sorted nor told in pages."""
    heads = [Head(replace(column, sort=""), "", "none") for column in columns]
    return Table(caption=caption, heads=heads, columns=columns, rows=rows)
