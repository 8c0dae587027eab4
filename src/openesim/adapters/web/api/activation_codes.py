"""Activation codes: as text, as links to tap, as QR codes, as an archive of many.

Only keys with the scope ``activation_codes:read`` see any; no answer may be kept on the way, and nothing of them is
logged.
"""

from __future__ import annotations

import asyncio
import csv
from collections.abc import AsyncIterator, Sequence
from io import StringIO
from typing import Annotated, Any, Final
from urllib.parse import urlencode

import msgspec
from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from litestar.response import Stream

from openesim.adapters.web.api.calling import reach
from openesim.adapters.web.api.describing import problems
from openesim.adapters.web.api.orders import ListQuery, WhichIccid
from openesim.adapters.web.api.paging import decode_cursor, encode_cursor
from openesim.adapters.web.api.reading import Reader
from openesim.adapters.web.qr import SCALE, draw
from openesim.adapters.web.zip_stream import ZipStream
from openesim.kernel.ids import Iccid
from openesim.services.access import Caller, Scope
from openesim.services.activation_codes import ActivationCodes, Issued

_AT_ONCE: Final = 16
"""QR codes that are drawn in one go, beside the event loop."""

_COLUMNS: Final = ("iccid", "reference", "eid", "state", "confirmation_code_required", "activation_code")

Scale = Annotated[
    int, QueryParameter(ge=1, le=40, required=False, description="Points a module of the QR code.")
]


class ActivationCodeView(msgspec.Struct, frozen=True, kw_only=True):
    """How a user fetches his profile: whoever has this, fetches it."""

    iccid: str
    lpa: str
    smdp_address: str
    matching_id: str
    confirmation_code_required: bool
    ios_link: str
    android_link: str

    @classmethod
    def of(cls, issued: Issued) -> ActivationCodeView:
        """Return an activation code as it is told."""
        return cls(
            iccid=str(issued.order.iccid),
            lpa=issued.text,
            smdp_address=issued.code.address,
            matching_id=issued.code.matching_id,
            confirmation_code_required=issued.code.confirmation_code_required,
            ios_link=issued.ios_link,
            android_link=issued.android_link,
        )

    def __repr__(self) -> str:
        """Leave the code out."""
        return f"ActivationCodeView({self.iccid})"


class ActivationCodeRoutes(Controller):
    """``/orders/{iccid}/activation-code`` and ``/activation-codes.zip``."""

    tags = ("Activation codes",)
    opt = reach(Scope.ACTIVATION_CODES_READ)

    @get(
        "/orders/{iccid:str}/activation-code",
        summary="Show an activation code",
        responses=problems(404, 409),
    )
    async def show_activation_code(
        self,
        caller: NamedDependency[Caller],
        activation_codes: NamedDependency[ActivationCodes],
        iccid: WhichIccid,
    ) -> ActivationCodeView:
        """Show how the user fetches his profile: text for a QR code, and links that he taps on his phone."""
        return ActivationCodeView.of(await activation_codes.of(Iccid(iccid), caller.operator))

    @get(
        "/orders/{iccid:str}/activation-code.svg",
        media_type="image/svg+xml",
        summary="Draw an activation code as SVG",
        responses=problems(404, 409),
    )
    async def draw_activation_code_svg(
        self,
        caller: NamedDependency[Caller],
        activation_codes: NamedDependency[ActivationCodes],
        iccid: WhichIccid,
        scale: Scale = SCALE,
    ) -> Response[bytes]:
        """Draw the QR code of an order as SVG."""
        issued = await activation_codes.of(Iccid(iccid), caller.operator)
        picture = await asyncio.to_thread(draw, issued.text, "svg", scale)
        return Response(picture, media_type="image/svg+xml")

    @get(
        "/orders/{iccid:str}/activation-code.png",
        media_type="image/png",
        summary="Draw an activation code as PNG",
        responses=problems(404, 409),
    )
    async def draw_activation_code_png(
        self,
        caller: NamedDependency[Caller],
        activation_codes: NamedDependency[ActivationCodes],
        iccid: WhichIccid,
        scale: Scale = SCALE,
    ) -> Response[bytes]:
        """Draw the QR code of an order as PNG."""
        issued = await activation_codes.of(Iccid(iccid), caller.operator)
        picture = await asyncio.to_thread(draw, issued.text, "png", scale)
        return Response(picture, media_type="image/png")

    @get(
        "/activation-codes.zip",
        media_type="application/zip",
        summary="Fetch many activation codes",
        responses=problems(),
    )
    async def fetch_activation_codes(
        self,
        request: Request[Any, Any, Any],
        caller: NamedDependency[Caller],
        activation_codes: NamedDependency[ActivationCodes],
        wanted: NamedDependency[ListQuery],
    ) -> Stream:
        """Fetch the activation codes of a page of orders: a CSV file with all of them, and a QR code (SVG) for each.

        The filters are those of the list of orders. Where there are more, the header `Link` leads to the next archive.
        """
        filters = wanted.filters
        reader = Reader(of_body=False)
        place = reader.read("cursor", wanted.cursor, lambda text: decode_cursor(text, filters))
        reader.end()
        codes, goes_on = await activation_codes.page(filters, caller.operator, place, wanted.limit)
        headers = {"content-disposition": 'attachment; filename="activation-codes.zip"'}
        cursor = encode_cursor(goes_on, filters)
        if cursor is not None:
            headers["link"] = f'<{request.url.path}?{_with_cursor(request, cursor)}>; rel="next"'
        return Stream(archive(codes), media_type="application/zip", headers=headers)


async def archive(codes: Sequence[Issued]) -> AsyncIterator[bytes]:
    """Yield an archive of activation codes: the table first, then a QR code for each."""
    stream = ZipStream()
    yield stream.add("activation-codes.csv", table(codes))
    for first in range(0, len(codes), _AT_ONCE):
        some = codes[first : first + _AT_ONCE]
        for issued, picture in zip(some, await asyncio.to_thread(_draw_all, some), strict=True):
            yield stream.add(f"qr/{issued.order.iccid}.svg", picture)
    yield stream.end()


def table(codes: Sequence[Issued]) -> bytes:
    """Return activation codes as CSV (RFC 4180) in UTF-8."""
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for issued in codes:
        order = issued.order
        needs_code = "yes" if issued.code.confirmation_code_required else "no"
        cells = (order.iccid, order.reference, order.eid, order.state.value, needs_code, issued.text)
        writer.writerow("" if cell is None else cell for cell in cells)
    return text.getvalue().encode()


def _draw_all(codes: Sequence[Issued]) -> list[bytes]:
    return [draw(issued.text, "svg") for issued in codes]


def _with_cursor(request: Request[Any, Any, Any], cursor: str) -> str:
    """Return the query of a request, going on from another place."""
    parameters = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    return urlencode([*parameters, ("cursor", cursor)])
