"""Orders: made, found, confirmed, released, taken back."""

from __future__ import annotations

from typing import Annotated, Any, Final, NamedTuple

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import Body, PathParameter, QueryParameter

from openesim.adapters.web.api.calling import Doing, reach
from openesim.adapters.web.api.describing import problems
from openesim.adapters.web.api.order_views import (
    CancellationRequest,
    ConfirmationRequest,
    OrderList,
    OrderRequest,
    OrderView,
    ReissuedView,
    ReissueRequest,
)
from openesim.adapters.web.api.paging import Cursor, Limit, decode_cursor, encode_cursor
from openesim.adapters.web.api.reading import Reader, parse_moment, parse_text
from openesim.kernel.errors import ConflictError, FunctionError, RuleRefused
from openesim.kernel.ids import Eid, Iccid, MatchingId
from openesim.messages.sgp22.activation_code import parse_address
from openesim.provisioning.smdp.orders import Order, OrderState
from openesim.provisioning.smdp.reissue import Wish
from openesim.services.access import Caller, Scope
from openesim.services.listing import Filters, Listing
from openesim.services.ordering import (
    Confirmation,
    Ordering,
    OrderWish,
    Outcome,
    Terms,
    matching_id_refused,
)
from openesim.services.replies import Answer, End, Result, Resume, Unfinished, Unit

ORDERS_PATH: Final = "/api/v1/orders"

WhichIccid = Annotated[
    str, PathParameter(description="ICCID of the order's profile.", pattern="^[0-9]{1,32}$", max_length=32)
]


def _filter(description: str, **more: Any) -> QueryParameter:
    return QueryParameter(required=False, description=description, **more)


_MOMENT: Final[dict[str, Any]] = {"min_length": 1, "max_length": 64, "schema_extra": {"format": "date-time"}}
StateFilter = Annotated[OrderState | None, _filter("Only in this state.", name="state")]
TypeFilter = Annotated[str | None, _filter("Only of this profile type.", min_length=1, max_length=255)]
EidFilter = Annotated[
    str | None, _filter("Only for this chip.", max_length=64, schema_extra={"pattern": "^[0-9]{32}$"})
]
IccidFilter = Annotated[
    str | None, _filter("Only this profile.", max_length=64, schema_extra={"pattern": "^[0-9]{19,20}$"})
]
ReferenceFilter = Annotated[str | None, _filter("Only with this name of yours.", min_length=1, max_length=64)]
CreatedAfter = Annotated[str | None, _filter("Only made then or later.", **_MOMENT)]
CreatedBefore = Annotated[str | None, _filter("Only made earlier.", **_MOMENT)]
ChangedAfter = Annotated[
    str | None, _filter("Only changed then or later; the list begins with the oldest change.", **_MOMENT)
]


class ListQuery(NamedTuple):
    """What a list is asked for, read."""

    filters: Filters
    cursor: str | None
    limit: int


async def list_query(
    in_state: StateFilter = None,
    profile_type: TypeFilter = None,
    eid: EidFilter = None,
    iccid: IccidFilter = None,
    reference: ReferenceFilter = None,
    created_after: CreatedAfter = None,
    created_before: CreatedBefore = None,
    changed_after: ChangedAfter = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> ListQuery:
    """Return the parameters of a list, read.

    Raises:
        InvalidRequestError: some cannot be used.
    """
    reader = Reader(of_body=False)
    filters = Filters(
        state=in_state,
        profile_type=reader.read("profile_type", profile_type, parse_text),
        eid=reader.read("eid", eid, Eid.parse),
        iccid=reader.read("iccid", iccid, Iccid.parse),
        reference=reader.read("reference", reference, parse_text),
        created_after=reader.read("created_after", created_after, parse_moment),
        created_before=reader.read("created_before", created_before, parse_moment),
        changed_after=reader.read("changed_after", changed_after, parse_moment),
    )
    reader.end()
    return ListQuery(filters, cursor, limit)


class OrderRoutes(Controller):
    """``/orders``."""

    path = "/orders"
    tags = ("Orders",)

    @post(
        opt=reach(Scope.ORDERS_WRITE),
        summary="Make an order",
        responses=problems(404, 409, 413, 415)
        | {
            200: ResponseSpec(
                OrderView, generate_examples=False, description="What a dry run would have made."
            )
        },
    )
    async def create_order(
        self,
        doing: NamedDependency[Doing],
        ordering: NamedDependency[Ordering],
        data: Annotated[OrderRequest, Body(title="Order")],
    ) -> Response[OrderView]:
        """Reserve a profile and, unless told otherwise, confirm and release it.

        What ES2+ does with DownloadOrder and ConfirmOrder, in one step: all of it or nothing. The activation code is
        read from `/orders/{iccid}/activation-code`.
        """
        return await make_order(doing, ordering, data)

    @get(opt=reach(Scope.ORDERS_READ), summary="List orders", responses=problems())
    async def list_orders(
        self,
        caller: NamedDependency[Caller],
        listing: NamedDependency[Listing],
        wanted: NamedDependency[ListQuery],
    ) -> OrderList:
        """List your orders, newest first; with `changed_after`, those that changed, oldest change first.

        Go on with `next` while there is one: a page may be shorter than `limit`, even empty, when filters pass much
        over.
        """
        filters = wanted.filters
        reader = Reader(of_body=False)
        place = reader.read("cursor", wanted.cursor, lambda text: decode_cursor(text, filters))
        reader.end()
        page = await listing.page(filters, caller.operator, place, wanted.limit)
        return OrderList([OrderView.of(each) for each in page.orders], encode_cursor(page.next, filters))

    @get("/{iccid:str}", opt=reach(Scope.ORDERS_READ), summary="Show an order", responses=problems(404))
    async def show_order(
        self, caller: NamedDependency[Caller], listing: NamedDependency[Listing], iccid: WhichIccid
    ) -> OrderView:
        """Show one order as it stands."""
        return OrderView.of(await listing.order(Iccid(iccid), caller.operator))

    @post(
        "/{iccid:str}/confirm",
        status_code=200,
        opt=reach(Scope.ORDERS_WRITE),
        summary="Confirm an order",
        responses=problems(404, 409, 413, 415),
    )
    async def confirm_order(
        self,
        doing: NamedDependency[Doing],
        ordering: NamedDependency[Ordering],
        iccid: WhichIccid,
        data: Annotated[ConfirmationRequest, Body(title="Confirmation")],
    ) -> Response[OrderView]:
        """Say how the user will fetch a reserved profile, and release it unless told otherwise (ES2+ ConfirmOrder)."""
        reader = Reader(of_body=True)
        confirmation = read_confirmation(data, reader)
        reader.end()

        def unit(stores: Any) -> Result:
            """Do it."""
            return told(doing, ordering, ordering.confirm(stores, Iccid(iccid), confirmation, doing.operator))

        return await done(doing, (f"confirm_order {iccid}", data), unit)

    @post(
        "/{iccid:str}/release",
        status_code=200,
        opt=reach(Scope.ORDERS_WRITE),
        summary="Release an order",
        responses=problems(404, 409),
    )
    async def release_order(
        self,
        doing: NamedDependency[Doing],
        ordering: NamedDependency[Ordering],
        iccid: WhichIccid,
    ) -> Response[OrderView]:
        """Let a confirmed profile be downloaded from now on (ES2+ ReleaseProfile)."""

        def unit(stores: Any) -> Result:
            """Do it."""
            return told(doing, ordering, ordering.release(stores, Iccid(iccid), doing.operator))

        return await done(doing, (f"release_order {iccid}", None), unit)

    @post(
        "/{iccid:str}/cancel",
        status_code=200,
        opt=reach(Scope.ORDERS_WRITE),
        summary="Cancel an order",
        responses=problems(404, 409, 413, 415),
    )
    async def cancel_order(
        self,
        doing: NamedDependency[Doing],
        ordering: NamedDependency[Ordering],
        iccid: WhichIccid,
        data: Annotated[CancellationRequest, Body(title="Cancellation")],
    ) -> Response[OrderView]:
        """Take an order back (ES2+ CancelOrder).

        A profile that a chip may have never returns to stock: then only the final state `Unavailable` is possible.
        """
        reader = Reader(of_body=True)
        wish = data.final_state.value, reader.read("eid", data.eid, Eid.parse)
        reader.end()

        def unit(stores: Any) -> Result:
            """Do it."""
            return told(doing, ordering, ordering.cancel(stores, Iccid(iccid), wish, doing.operator))

        return await done(doing, (f"cancel_order {iccid}", data), unit)

    @post(
        "/{iccid:str}/reissue",
        status_code=200,
        opt=reach(Scope.ORDERS_WRITE),
        summary="Issue an order again",
        responses=problems(404, 409, 413, 415),
    )
    async def reissue_order(
        self,
        doing: NamedDependency[Doing],
        ordering: NamedDependency[Ordering],
        iccid: WhichIccid,
        data: Annotated[ReissueRequest, Body(title="Reissue")],
    ) -> Response[ReissuedView]:
        """Give a user who is stranded a new activation code for the same profile; the old code is void.

        A profile that a chip may have goes to another chip only with `force`.
        """
        reader = Reader(of_body=True)
        if data.any_chip and data.eid is not None:
            reader.refuse("any_chip", "excludes eid")
        wish = Wish(
            eid=reader.read("eid", data.eid, Eid.parse), is_for_any=data.any_chip, is_forced=data.force
        )
        reader.end()

        def unit(stores: Any) -> Result:
            """Do it."""
            issued = ordering.reissue(stores, Iccid(iccid), wish, doing.operator)
            if isinstance(issued, RuleRefused):
                return issued
            view = ReissuedView(OrderView.of(issued.order), issued.warning)
            return Answer(http_status=200, body=msgspec.json.encode(view))

        return await done(doing, (f"reissue_order {iccid}", data), unit)


async def make_order(doing: Doing, ordering: Ordering, data: OrderRequest) -> Response[OrderView]:
    """Return the response that tells the order that a body asks for.

    Raises:
        InvalidRequestError: some of its values cannot be used.
        FunctionError: refused.
    """
    wish = read_order(data)

    def unit(stores: Any) -> Result:
        """Do it."""
        return told(doing, ordering, ordering.create(stores, wish, doing.operator), is_new=True)

    def resume(stores: Any, token: str) -> Result:
        """Go on with the profile that was reserved."""
        assert wish.confirmation is not None  # noqa: S101 (what is not confirmed is never left unfinished)
        confirmed = ordering.confirm(stores, Iccid(token), wish.confirmation, doing.operator)
        return told(doing, ordering, confirmed, is_new=True)

    return await done(doing, ("create_order", data), unit, resume)


def read_order(data: OrderRequest) -> OrderWish:
    """Return the order that a body asks for.

    Raises:
        InvalidRequestError: some of its values cannot be used, or contradict each other.
    """
    reader = Reader(of_body=True)
    if (data.profile_type is None) is (data.iccid is None):
        reader.refuse("profile_type", "either profile_type or iccid is needed, and not both")
    if not data.confirm:
        for name in ("matching_id", "confirmation_code", "smds_address", "case_id"):
            if getattr(data, name) is not None:
                reader.refuse(name, "belongs to the confirmation: leave it out, or confirm")
    wish = OrderWish(
        profile_type=reader.read("profile_type", data.profile_type, parse_text),
        iccid=reader.read("iccid", data.iccid, Iccid.parse),
        eid=reader.read("eid", data.eid, Eid.parse),
        terms=Terms(
            reference=reader.read("reference", data.reference, parse_text),
            expires_at=reader.read("expires_at", data.expires_at, parse_moment),
            max_attempts=data.max_attempts,
        ),
        confirmation=read_confirmation(data, reader) if data.confirm else None,
    )
    reader.end()
    return wish


def read_confirmation(data: OrderRequest | ConfirmationRequest, reader: Reader) -> Confirmation:
    """Return how the user will fetch a profile, as a body says; what is wrong is noted."""
    if data.default_smdp and data.matching_id is not None:
        reader.refuse("matching_id", "with default_smdp the chip is found by its EID, and has no matching id")
    return Confirmation(
        eid=None if data.eid is None or reader.errors else Eid(data.eid),
        matching_id=""
        if data.default_smdp
        else reader.read("matching_id", data.matching_id, MatchingId.parse),
        confirmation_code=reader.read("confirmation_code", data.confirmation_code, parse_text),
        smds_address=reader.read("smds_address", data.smds_address, parse_address),
        release=data.release,
        case_id=reader.read("case_id", data.case_id, parse_text),
    )


def told(doing: Doing, ordering: Ordering, outcome: Outcome, *, is_new: bool = False) -> Result:
    """Return the answer that tells an order, or the refusal as it is, or what is to be done first.

    Args:
        doing: how the caller wants it done.
        ordering: ends what is pending.
        outcome: what became of the call.
        is_new: the order was made by this call.
    """
    if isinstance(outcome, FunctionError):
        return outcome
    if isinstance(outcome, Order):
        return _answer(outcome, is_made=is_new and not doing.dry_run)
    pending = outcome

    async def finish(end: End) -> Answer | FunctionError:
        """Ask the SM-DS, then store what came of it."""

        def ended(stores: Any, result: Order | FunctionError) -> Answer | FunctionError:
            """End the call with what came of it."""
            last = result if isinstance(result, FunctionError) else _answer(result, is_made=is_new)
            end(stores, last)
            return last

        return await ordering.finish(pending, doing.operator, ended, is_new=is_new)

    wanted = pending.outcome.order or pending.before
    return Unfinished(str(wanted.iccid), _answer(wanted, is_made=is_new and not doing.dry_run), finish)


def _answer(order: Order, *, is_made: bool) -> Answer:
    body = msgspec.json.encode(OrderView.of(order))
    if is_made:
        return Answer(http_status=201, body=body, location=f"{ORDERS_PATH}/{order.iccid}")
    return Answer(http_status=200, body=body)


async def done(
    doing: Doing, call: tuple[str, object], unit: Unit, resume: Resume | None = None
) -> Response[Any]:
    """Return the response of a call that changes an order.

    Args:
        doing: how the caller wants it done.
        call: which route, with what it is about; and the body as read.
        unit: does it.
        resume: goes on with what an earlier try began.

    Raises:
        FunctionError: refused.
    """
    what, wish = call
    try:
        return await doing.once(what, wish, unit, resume)
    except ConflictError:
        raise matching_id_refused() from None
