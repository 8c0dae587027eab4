"""Rows and values: how each kept thing is written and read.

Sessions and downloads are kept as one packed record beside the columns that are searched. What is secret (packages,
downloads with their one-time keys, subscriptions) is sealed by the rows that write it: ``sealing``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from openesim.kernel.ids import Eid, Iccid, TransactionId
from openesim.messages.saip.personalise import PatchPoints
from openesim.messages.sgp22.euicc_info import UiccCapability
from openesim.messages.sgp22.metadata import StoreMetadataRequest
from openesim.provisioning.smdp.binding import Binding, Download
from openesim.provisioning.smdp.orders import ChipState, Order, OrderState
from openesim.provisioning.smdp.packages import StoredPackage
from openesim.provisioning.smdp.session import Session, SessionState
from openesim.security.crypto.curves import Curve

Row = Sequence[Any]
Parameters = dict[str, Any]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder().decode
_ORDER_STATES = {state.value: state for state in OrderState}
_SESSION_STATES = {state.value: state for state in SessionState}


def to_milliseconds(moment: datetime) -> int:
    """Return milliseconds since 1970."""
    return (moment - _EPOCH) // _MILLISECOND


def from_milliseconds(milliseconds: int) -> datetime:
    """Return the moment, aware, in UTC."""
    return _EPOCH + milliseconds * _MILLISECOND


def _kept_moment(moment: datetime | None) -> int:
    """Return milliseconds since 1970; 0 where nobody noted the moment."""
    return 0 if moment is None else to_milliseconds(moment)


def order_parameters(order: Order) -> Parameters:
    """Return the columns of an order, all but its row number."""
    return {
        "iccid": str(order.iccid),
        "package_id": order.package_id,
        "profile_type": order.profile_type,
        "operator": order.operator,
        "state": order.state.value,
        "eid": None if order.eid is None else str(order.eid),
        "matching_id": None if order.matching_id is None else str(order.matching_id),
        "is_default_smdp": order.is_default_smdp,
        "confirmation_hash": order.confirmation_hash,
        "confirmation_attempts": order.confirmation_attempts,
        "confirmation_limit": order.confirmation_limit,
        "download_attempts": order.download_attempts,
        "max_attempts": order.max_attempts,
        "expires_at": None if order.expires_at is None else to_milliseconds(order.expires_at),
        "is_reusable": order.is_reusable,
        "smds_address": order.smds_address,
        "chip_state": None if order.chip_state is None else order.chip_state.value,
        "chip_sequence": order.chip_sequence,
        "outcome": order.outcome,
        "is_personalised": order.is_personalised,
        "created_at": _kept_moment(order.created_at),
        "changed_at": _kept_moment(order.changed_at),
        "reference": order.reference,
        "redownloads": order.redownloads,
        "ordered_at": None if order.ordered_at is None else to_milliseconds(order.ordered_at),
        "metadata_version": order.metadata_version,
        "is_admitted": order.is_admitted,
    }


def progress_parameters(order: Order) -> Parameters:
    """Return the columns that a download changes."""
    return {
        "key_order_id": order.order_id,
        "state": order.state.value,
        "eid": None if order.eid is None else str(order.eid),
        "confirmation_attempts": order.confirmation_attempts,
        "download_attempts": order.download_attempts,
        "chip_state": None if order.chip_state is None else order.chip_state.value,
        "chip_sequence": order.chip_sequence,
        "outcome": order.outcome,
        "changed_at": _kept_moment(order.changed_at),
        "redownloads": order.redownloads,
        "metadata_version": order.metadata_version,
    }


def read_order(row: Row) -> Order:
    """Return the order of a row of ``orders``, columns in the table's order."""
    return Order(
        order_id=row[0],
        iccid=Iccid(row[1]),
        package_id=row[2],
        profile_type=row[3],
        operator=row[4],
        state=_ORDER_STATES[row[5]],
        eid=None if row[6] is None else Eid(row[6]),
        matching_id=row[7],
        is_default_smdp=bool(row[8]),
        confirmation_hash=row[9],
        confirmation_attempts=row[10],
        confirmation_limit=row[11],
        download_attempts=row[12],
        max_attempts=row[13],
        expires_at=None if row[14] is None else from_milliseconds(row[14]),
        is_reusable=bool(row[15]),
        smds_address=row[16],
        chip_state=None if row[17] is None else ChipState(row[17]),
        chip_sequence=row[18],
        outcome=row[19],
        is_personalised=bool(row[20]),
        created_at=from_milliseconds(row[21]) if row[21] else None,
        changed_at=from_milliseconds(row[22]) if row[22] else None,
        reference=row[23],
        redownloads=row[24],
        ordered_at=None if row[25] is None else from_milliseconds(row[25]),
        metadata_version=row[26],
        is_admitted=bool(row[27]),
    )


def session_parameters(session: Session) -> Parameters:
    """Return the columns of a session."""
    record = (
        session.server_address,
        session.server_challenge,
        session.svn,
        session.identity,
        session.euicc_ci_pkid,
        None if session.eid is None else str(session.eid),
        session.euicc_key,
        session.smdp_signature2,
        session.matching_id,
        session.eum_key_id,
        session.firmware,
        session.platform_label,
        session.device,
    )
    return {
        "transaction_id": bytes(session.transaction_id),
        "state": session.state.value,
        "expires_at": to_milliseconds(session.expires_at),
        "order_id": session.order_id,
        "record": _pack(record),
    }


def read_session(row: Row) -> Session | None:
    """Return the session of a row of ``sessions``, None where it is another role's."""
    state = _SESSION_STATES.get(row[1])
    if state is None:
        return None
    address, challenge, svn, identity, ci_pkid, eid, key, signature2, matching_id, *chip = _unpack(row[4])
    # What is missing was written by an earlier release.
    missing: tuple[Any, ...] = (b"", b"", "", "")[len(chip) :]
    eum_key_id, firmware, platform_label, device = chip + list(missing)
    return Session(
        transaction_id=TransactionId(row[0]),
        state=state,
        expires_at=from_milliseconds(row[2]),
        order_id=row[3],
        matching_id=matching_id,
        server_address=address,
        server_challenge=challenge,
        svn=svn,
        identity=identity,
        euicc_ci_pkid=ci_pkid,
        eid=None if eid is None else Eid(eid),
        euicc_key=key,
        smdp_signature2=signature2,
        eum_key_id=eum_key_id,
        firmware=firmware,
        platform_label=platform_label,
        device=device,
    )


def download_parameters(download: Download) -> Parameters:
    """Return the columns of a download."""
    binding = download.binding
    record = (
        str(download.eid),
        download.euicc_key,
        download.identity,
        download.address,
        binding.curve.name,
        binding.euicc_otpk,
        binding.smdp_otsk,
        binding.host_id,
        binding.ppk,
    )
    return {
        "transaction_id": bytes(download.transaction_id),
        "order_id": download.order_id,
        "created_at": to_milliseconds(download.created_at),
        "record": _pack(record),
        "result": download.result,
    }


def read_download(row: Row, record: bytes) -> Download:
    """Return the download of a row of ``downloads``, its record opened."""
    eid, key, identity, address, curve, euicc_otpk, smdp_otsk, host_id, ppk = _unpack(record)
    return Download(
        transaction_id=TransactionId(row[0]),
        order_id=row[1],
        eid=Eid(eid),
        euicc_key=key,
        identity=identity,
        address=address,
        binding=Binding(
            curve=Curve[curve], euicc_otpk=euicc_otpk, smdp_otsk=smdp_otsk, host_id=host_id, ppk=ppk
        ),
        created_at=from_milliseconds(row[2]),
        result=row[4],
    )


def package_parameters(package: StoredPackage, digest: bytes) -> Parameters:
    """Return the columns of a package, all but its row number."""
    return {
        "name": package.name,
        "digest": digest,
        "octets": package.octets,
        "points": _pack(package.points),
        "metadata": package.metadata.encode(),
        "saip_major": package.saip_version[0],
        "saip_minor": package.saip_version[1],
        "required": int(package.required),
    }


def read_package(row: Row, octets: bytes) -> StoredPackage:
    """Return the package of a row of ``packages``, its octets opened."""
    return StoredPackage(
        package_id=row[0],
        name=row[1],
        octets=octets,
        points=msgspec.msgpack.decode(row[4], type=PatchPoints),
        metadata=StoreMetadataRequest.decode(row[5]),
        saip_version=(row[6], row[7]),
        required=UiccCapability(row[8]),
    )
