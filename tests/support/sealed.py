"""A database with a secret of every kind, and the same planted in clear as earlier releases left it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from openesim.conditions.identity.case import Field
from openesim.conditions.licensing.licence import Answer, EvidenceFile, Licence, Scope
from openesim.conditions.licensing.states import LicenceState
from openesim.conditions.rules.words import ServiceClass
from openesim.kernel.ids import Iccid, Imsi, TransactionId, luhn_check_digit
from openesim.kernel.secret import Secret
from openesim.network.subscription import Batch, Subscription
from openesim.provisioning.smdp.binding import Binding, Download
from openesim.provisioning.smdp.webhooks import Webhook
from openesim.security.crypto.curves import Curve
from openesim.services.conditions.accounts.account import Account, SecondFactor
from openesim.services.conditions.accounts.desk_sessions import DeskSession, Flash, Stage
from openesim.services.conditions.accounts.roles import Role
from tests.support.rig import NOW, eid_of, make_package

K, OPC, KI = b"planted K of 16 o", b"planted OPc of 16", b"planted Ki within a package"
OTSK, PPK, HOOK = (
    b"planted one-time key of 32 octet",
    b"planted PPK of 48 octets, 48 octets, 48 octets!!",
    b"planted webhook!",
)
LOGIN, TOTP, WORDS = "planted.login", b"planted TOTP secret!", "planted words for the next page"
SAID, PAPER = "planted answer of an operator", b"planted evidence"
HOME = "planted address of somebody"
PLANTED = (
    HOME.encode(),
    K,
    OPC,
    KI,
    OTSK,
    PPK,
    HOOK,
    LOGIN.encode(),
    TOTP,
    WORDS.encode(),
    SAID.encode(),
    PAPER,
)
BATCH = Batch(name="first", digest=bytes(32), profile_type="Testland", size=1)


def make_download(number: int = 1) -> Download:
    """Returns what was handed out, with a one-time key and protection keys."""
    return Download(
        transaction_id=TransactionId(bytes([number]) * 16),
        order_id=number,
        eid=eid_of(1),
        euicc_key=b"key",
        identity=b"i" * 20,
        address="smdpplus.example.com",
        binding=Binding(curve=Curve.P256, euicc_otpk=b"4" * 65, smdp_otsk=OTSK, ppk=PPK),
        created_at=NOW,
    )


def make_subscription(number: int = 1) -> Subscription:
    """Returns a subscription with the planted keys."""
    body = f"898821100000000{number:03d}"
    return Subscription(
        iccid=Iccid(body + luhn_check_digit(body)),
        imsi=Imsi(f"0010100000000{number:02d}"),
        k=Secret(K),
        opc=Secret(OPC),
    )


def make_webhook(number: int = 1) -> Webhook:
    """Returns a webhook with the planted secret."""
    return Webhook(
        webhook_id=f"wh_{number}",
        operator="one",
        address="https://operator.example.com/hook",
        event_types=("order.*",),
        secret=Secret(HOOK),
        created_at=NOW,
    )


def make_account(number: int = 1) -> Account:
    """Returns an account with the planted login and second factor."""
    factor = SecondFactor(secret=Secret(TOTP), last_step=0, recovery=frozenset(), since=NOW)
    return Account(
        account_id=f"a_{number}",
        login=f"{LOGIN}{number}",
        display_name=f"{LOGIN} of the test",
        role=Role.MANAGER,
        tenant="one",
        password=Secret(f"hash of {LOGIN}"),
        created_at=NOW,
        password_at=NOW,
        factor=factor,
    )


def make_desk_session(number: int = 1) -> DeskSession:
    """Returns a session with a planted message."""
    return DeskSession(
        digest=bytes([number]) * 32,
        account_id=f"a_{number}",
        created_at=NOW,
        seen_at=NOW,
        expires_at=NOW,
        stage=Stage.OPEN,
        proved_at=NOW,
        flashes=(Flash(kind="done", text=WORDS),),
    )


def make_licence(number: int = 1) -> Licence:
    """Returns a licence with a planted answer."""
    return Licence(
        licence_id=number,
        operator="one",
        service=ServiceClass.PHONE,
        state=LicenceState.DRAFT,
        asked=Scope(begins=NOW),
        checklist="phone",
        version="1",
        created_at=NOW,
        changed_at=NOW,
        answers=(Answer(item="keys", text=SAID, at=NOW, actor="a_1"),),
        revision=number,
    )


def make_licence_file(number: int = 1) -> EvidenceFile:
    """Returns what is told of a file with planted evidence."""
    return EvidenceFile(
        file_id=number,
        licence_id=number,
        item="keys",
        name="paper.txt",
        media_type="text/plain",
        digest=bytes([number]) * 32,
        size=len(PAPER),
        added_at=NOW,
        added_by="a_1",
    )


def put_field(stores: Any, number: int = 1) -> None:
    """Stores the planted address of a person."""
    stores.put_field(f"CASE{number}", Field.ADDRESS, HOME, None)


def fill(work: Any, count: int = 3) -> None:
    """Stores one batch and some records of every kind, all with the planted secrets."""
    work.run_now(lambda stores: stores.add_batch(BATCH))
    for number in range(1, count + 1):
        package = make_package(name=f"Testland {number}", octets=b"\xa0" + KI)
        work.run_now(lambda stores, package=package: stores.add_package(package, bytes(32)))
        work.run_now(lambda stores, number=number: stores.add_download(make_download(number)))
        work.run_now(
            lambda stores, number=number: stores.add_subscription(make_subscription(number), "first")
        )
        work.run_now(lambda stores, number=number: stores.add_webhook(make_webhook(number)))
        work.run_now(lambda stores, number=number: stores.add_account(make_account(number)))
        work.run_now(lambda stores, number=number: stores.add_desk_session(make_desk_session(number)))
        work.run_now(lambda stores, number=number: put_field(stores, number))
        work.run_now(lambda stores, number=number: stores.add_licence(make_licence(number)))
        work.run_now(lambda stores, number=number: stores.add_licence_file(make_licence_file(number), PAPER))


def read_all(work: Any, count: int = 3) -> None:
    """Everything that was stored reads as it was."""
    for number in range(1, count + 1):
        package, _ = work.run_now(lambda stores, number=number: stores.package_named(f"Testland {number}"))
        assert package.octets == b"\xa0" + KI
        download = make_download(number)
        found = work.run_now(lambda stores, download=download: stores.download(download.transaction_id))
        assert found == download
        subscription = make_subscription(number)
        read = work.run_now(lambda stores, subscription=subscription: stores.subscription(subscription.iccid))
        assert (read.k.reveal(), read.opc.reveal()) == (K, OPC)
        assert work.run_now(lambda stores, number=number: stores.webhook(f"wh_{number}")) == make_webhook(
            number
        )
        account, session = make_account(number), make_desk_session(number)
        assert work.run_now(lambda stores, account=account: stores.account(account.account_id)) == account
        assert work.run_now(lambda stores, account=account: stores.account_of_login(account.login)) == account
        assert work.run_now(lambda stores, session=session: stores.desk_session(session.digest)) == session
        case_id = f"CASE{number}"
        assert work.run_now(lambda stores, case_id=case_id: stores.field(case_id, Field.ADDRESS)) == HOME
        assert work.run_now(lambda stores, number=number: stores.licence(number)) == make_licence(number)
        assert work.run_now(lambda stores, number=number: stores.licence_file_octets(number)) == PAPER


def forms_of(secret: bytes) -> Iterator[bytes]:
    """Yields how a secret might stand in a file: raw, as digits, as base64 at any offset."""
    yield secret
    yield secret.hex().encode()
    yield secret.hex().upper().encode()
    for offset in range(3):
        # Only the groups that the secret fills alone.
        text = base64.b64encode(bytes(offset) + secret)
        yield text[4 if offset else 0 : len(text) // 4 * 4 - 4]


def leaks(octets: bytes) -> list[bytes]:
    """Returns the planted secrets that can be found in octets."""
    return [secret for secret in PLANTED if any(form in octets for form in forms_of(secret))]
