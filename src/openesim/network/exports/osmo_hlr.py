"""osmo-hlr: SQL for its SQLite database, which may hold the subscribers already.

A key or number that changed is written over; the sequence number never goes back. It is the last one that was used.
osmo-hlr hands vectors to whoever has keys, whatever it may use: who is switched off stands there without any.

Source: osmo-hlr 1.9.2 (database schema 7, and 6 of 1.5.0 alike), sql/hlr.sql, src/auc.c; libosmocore
include/osmocom/crypt/auth.h (enum osmo_auth_algo).
"""

from __future__ import annotations

from typing import Final

from openesim.messages.saip.aka import Algorithm
from openesim.network.exports.format import ExportFormat, Services, require_usual_constants
from openesim.network.subscription import Subscription

_ALGORITHMS: Final = {Algorithm.USIM_TEST_ALGORITHM: 4, Algorithm.MILENAGE: 5, Algorithm.TUAK: 7}
"""Numbers of ``enum osmo_auth_algo``; TUAK needs osmo-hlr 1.8 or newer."""

_SUBSCRIBER: Final = """\
INSERT INTO subscriber (imsi, msisdn, nam_cs, nam_ps) VALUES ('{imsi}', {msisdn}, {access}, {access}) \
ON CONFLICT (imsi) DO UPDATE SET msisdn = excluded.msisdn, nam_cs = excluded.nam_cs, nam_ps = excluded.nam_ps;
"""

_KEYS: Final = """\
INSERT INTO auc_3g (subscriber_id, algo_id_3g, k, op, opc, sqn, ind_bitlen) \
SELECT id, {algorithm}, '{k}', NULL, {opc}, {sqn}, 5 FROM subscriber WHERE imsi = '{imsi}' \
ON CONFLICT (subscriber_id) DO UPDATE SET algo_id_3g = excluded.algo_id_3g, k = excluded.k, op = NULL, \
opc = excluded.opc, sqn = max(sqn, excluded.sqn), ind_bitlen = 5;
"""

_NO_KEYS: Final = """\
DELETE FROM auc_3g WHERE subscriber_id = (SELECT id FROM subscriber WHERE imsi = '{imsi}');
"""


def write_osmo_hlr(subscription: Subscription, _services: Services) -> str:
    """Return the statements of a subscription; where it is not active, without keys and with neither access mode allowed.

    Raises:
        ConfigError: it has constants of Milenage of its own.
    """
    require_usual_constants(subscription, "osmo-hlr")
    msisdn, opc = subscription.msisdn, subscription.opc.reveal()
    # Nothing but digits, hexadecimal digits and NULL is put in.
    return (_SUBSCRIBER + (_KEYS if subscription.is_active else _NO_KEYS)).format(
        imsi=subscription.imsi,
        msisdn="NULL" if msisdn is None else f"'{msisdn}'",
        access=int(subscription.is_active),
        algorithm=_ALGORITHMS[subscription.algorithm],
        k=subscription.k.reveal().hex(),
        opc=f"'{opc.hex()}'" if opc else "NULL",
        sqn=subscription.sqn,
    )


OSMO_HLR: Final = ExportFormat(
    name="osmo-hlr",
    made_for="osmo-hlr 1.9.2",
    load_with="sqlite3 hlr.db < FILE",
    write=write_osmo_hlr,
    head="BEGIN;\n",
    tail="COMMIT;\n",
)
