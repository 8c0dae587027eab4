"""Subscriptions and their batches: numbers in clear, secrets sealed under the data key of the batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, fields, replace
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, select, text, update

from openesim.adapters.db.sealing import SealedRows
from openesim.adapters.db.sql import MOST, Statements, highest_between, insert_row, select_row, update_row
from openesim.adapters.db.tables import batches, subscriptions
from openesim.kernel.errors import NotFoundError
from openesim.kernel.ids import Iccid, Imsi, Msisdn
from openesim.kernel.secret import Secret
from openesim.messages.saip.aka import Algorithm
from openesim.messages.saip.aka_algorithm import USUAL_SETTINGS, AlgorithmSettings
from openesim.network.subscription import Batch, CardSecrets, Subscription
from openesim.services.ports import NumberKind

# Every column of a subscription, its batch's wrapped key behind them.
_select_subscription: Final = select(subscriptions, batches.c.wrapped_key).join_from(subscriptions, batches)

STATEMENTS: Final[Statements] = {
    "batch": select_row(batches, "name"),
    "all_batches": select(batches).order_by(batches.c.batch_id),
    "batches_of_operator": select(batches)
    .where(batches.c.operator == bindparam("operator"), batches.c.batch_id < bindparam("before"))
    .order_by(batches.c.batch_id.desc())
    .suffix_with(MOST),
    "add_batch": insert_row(batches, numbered="batch_id"),
    "save_batch_progress": update_row(batches, "name", "done"),
    "subscription": _select_subscription.where(subscriptions.c.iccid == bindparam("iccid")),
    "subscription_of_imsi": _select_subscription.where(
        subscriptions.c.imsi == bindparam("imsi")
        # Two authentication centres may not hand out one sequence number twice.
    ).with_for_update(of=subscriptions),
    "all_subscriptions": _select_subscription.where(subscriptions.c.iccid > bindparam("after"))
    .order_by(subscriptions.c.iccid)
    .suffix_with(MOST),
    "subscriptions_of_batch": _select_subscription.where(
        subscriptions.c.batch_id == bindparam("batch_id"), subscriptions.c.iccid > bindparam("after")
    )
    .order_by(subscriptions.c.iccid)
    .suffix_with(MOST),
    "untold_subscriptions": _select_subscription.where(subscriptions.c.is_told.is_(False)).suffix_with(MOST),
    "add_subscription": insert_row(subscriptions),
    "save_sqn": update_row(subscriptions, "imsi", "sqn"),
    "set_active": update(subscriptions)
    .where(subscriptions.c.iccid == bindparam("key_iccid"))
    .where(subscriptions.c.is_active != bindparam("is_active"))
    .values(is_active=bindparam("is_active"), is_told=False),
    "set_told": update(subscriptions)
    .where(subscriptions.c.iccid == bindparam("key_iccid"))
    .where(subscriptions.c.is_active == bindparam("is_active"))
    .values(is_told=True),
    # A million numbers of a file are compared on the disk, not in memory.
    "make_claims": text("CREATE TEMPORARY TABLE IF NOT EXISTS claims (number TEXT PRIMARY KEY)"),
    "clear_claims": text("DELETE FROM claims"),
    "claim": text("INSERT INTO claims (number) VALUES (:number) ON CONFLICT DO NOTHING"),
    "taken_iccid": highest_between(subscriptions.c.iccid),
    "taken_imsi": highest_between(subscriptions.c.imsi),
    "taken_msisdn": highest_between(subscriptions.c.msisdn),
}

_FAR: Final = 2**62

_pack: Final = msgspec.msgpack.Encoder().encode
_unpack: Final = msgspec.msgpack.Decoder().decode
_ALGORITHMS: Final = {int(algorithm): algorithm for algorithm in Algorithm}


class SubscriptionRows(SealedRows):
    """Implements ``services.ports.SubscriptionStores``, and the batches beside it."""

    # --- subscriptions ---

    def subscription(self, iccid: Iccid) -> Subscription | None:
        """Return the subscription of a profile."""
        return self._one("subscription", self._read, iccid=str(iccid))

    def subscription_of_imsi(self, imsi: Imsi) -> Subscription | None:
        """Return the subscription with the IMSI."""
        return self._one("subscription_of_imsi", self._read, imsi=str(imsi))

    def subscriptions(self, after: str, limit: int, batch: str | None = None) -> list[Subscription]:
        """Return subscriptions by ICCID, beginning behind ``after``; with ``batch`` only that batch's."""
        if batch is None:
            return self._all("all_subscriptions", self._read, after=str(after), most=limit)
        row = self._one("batch", tuple, name=batch)
        if row is None:
            return []
        return self._all("subscriptions_of_batch", self._read, batch_id=row[0], after=str(after), most=limit)

    def add_subscription(self, subscription: Subscription, batch: str) -> None:
        """Store a new subscription of a batch.

        Raises:
            ConflictError: the ICCID or the IMSI is taken.
            NotFoundError: there is no such batch.
        """
        row = self._one("batch", tuple, name=batch)
        if row is None:
            raise NotFoundError(f"there is no batch {batch}")
        batch_id, wrapped_key = row[0], row[7]
        iccid = str(subscription.iccid)
        msisdn = subscription.msisdn
        parameters = {
            "iccid": iccid,
            "imsi": str(subscription.imsi),
            "msisdn": None if msisdn is None else str(msisdn),
            "batch_id": batch_id,
            "algorithm": int(subscription.algorithm),
            "amf": subscription.amf,
            "sqn": subscription.sqn,
            "is_active": subscription.is_active,
            "is_told": True,
            "sealed": self._keys.seal(wrapped_key, pack_secrets(subscription), iccid.encode()),
        }
        self._do("add_subscription", parameters)

    def save_sqn(self, imsi: Imsi, sqn: int) -> None:
        """Store the last sequence number that was handed out."""
        self._do("save_sqn", {"key_imsi": str(imsi), "sqn": sqn})

    def set_active(self, iccid: Iccid, *, is_active: bool) -> None:
        """Let a subscription in or keep it out; where that is news, networks outside are still to be told."""
        self._do("set_active", {"key_iccid": str(iccid), "is_active": is_active, "is_told": False})

    def untold_subscriptions(self, limit: int) -> list[Subscription]:
        """Return subscriptions that were switched and of which networks outside were not told yet."""
        return self._all("untold_subscriptions", self._read, most=limit)

    def set_told(self, iccid: Iccid, *, is_active: bool) -> None:
        """Note that networks outside were told; it stays untold if it was switched again meanwhile."""
        self._do("set_told", {"key_iccid": str(iccid), "is_active": is_active, "is_told": True})

    def _read(self, row: Sequence[Any]) -> Subscription:
        """Return the subscription of a row, opened.

        Raises:
            ConfigError: there is no key-encryption key.
            VerificationError: data key or record cannot be opened.
        """
        iccid, imsi, msisdn, _, algorithm, amf, sqn, is_active, _, sealed, wrapped_key = row
        k, opc, settings, pins, puks, ota = _unpack(
            self._open_subscription(iccid, bytes(sealed), wrapped_key)
        )
        return Subscription(
            iccid=Iccid(iccid),
            imsi=Imsi(imsi),
            msisdn=None if msisdn is None else Msisdn(msisdn),
            algorithm=_ALGORITHMS[algorithm],
            k=Secret(k),
            opc=Secret(opc),
            settings=_read_settings(settings),
            amf=amf,
            sqn=sqn,
            is_active=bool(is_active),
            card=CardSecrets(pins=pins, puks=puks, ota=ota),
        )

    # --- numbers ---

    def taken_number(self, kind: NumberKind, least: str, most: str) -> str | None:
        """Return the highest number in use between two of one length, both included."""
        return self._one(f"taken_{kind}", lambda row: str(row[0]), least=least, most=most, digits=len(least))

    def begin_claims(self) -> None:
        """Forget what was claimed; claims are this connection's own and end with it."""
        self._do("make_claims", {})
        self._do("clear_claims", {})

    def claim(self, kind: NumberKind, number: str) -> bool:
        """Tell whether a number is claimed for the first time."""
        self._do("claim", {"number": f"{kind} {number}"})
        return self._cursor.rowcount == 1

    # --- batches ---

    def batch(self, name: str) -> Batch | None:
        """Return the batch of a name."""
        return self._one("batch", _read_batch, name=name)

    def all_batches(self) -> list[Batch]:
        """Return all batches, oldest first."""
        return self._all("all_batches", _read_batch)

    def batches_of_operator(self, operator: str, before: int | None, limit: int) -> list[tuple[int, Batch]]:
        """Return batches of an operator with their row numbers, newest first, beginning before one."""
        return self._all(
            "batches_of_operator",
            lambda row: (int(row[0]), _read_batch(row)),
            operator=operator,
            before=_FAR if before is None else before,
            most=limit,
        )

    def add_batch(self, batch: Batch) -> None:
        """Store a new batch, with a data key of its own.

        Raises:
            ConflictError: the name is taken.
            ConfigError: there is no key-encryption key.
        """
        self.take_key_turn()
        parameters = {
            "name": batch.name,
            "digest": batch.digest,
            "profile_type": batch.profile_type,
            "size": batch.size,
            "done": batch.done,
            "low_stock": batch.low_stock,
            "wrapped_key": self._new_wrapped_key(),
            "operator": batch.operator,
        }
        self._new("add_batch", parameters)

    def save_batch_progress(self, name: str, done: int) -> None:
        """Store how many subscriptions a batch has."""
        self._do("save_batch_progress", {"key_name": name, "done": done})


def pack_secrets(subscription: Subscription) -> bytes:
    """Return everything secret of a subscription as one record."""
    card = subscription.card
    pins, puks, ota = dict(card.pins), dict(card.puks), dict(card.ota)
    settings = _settings_record(subscription.settings)
    return _pack((subscription.k.reveal(), subscription.opc.reveal(), settings, pins, puks, ota))


def _settings_record(settings: AlgorithmSettings) -> tuple[Any, ...]:
    """Return the settings of an algorithm as a record: nothing but the options where the rest is usual."""
    usual = replace(USUAL_SETTINGS, options=settings.options)
    if settings == usual:
        return (settings.options,)
    return astuple(settings)


def _read_settings(record: Sequence[Any]) -> AlgorithmSettings:
    """Return the settings of a record."""
    names = (field.name for field in fields(AlgorithmSettings))
    return AlgorithmSettings(**dict(zip(names, record, strict=False)))


def _read_batch(row: Sequence[Any]) -> Batch:
    """Return the batch of a row of ``batches``."""
    return Batch(
        name=row[1],
        digest=row[2],
        profile_type=row[3],
        size=row[4],
        done=row[5],
        low_stock=row[6],
        operator=row[8],
    )
