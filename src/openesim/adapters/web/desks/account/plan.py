"""Routes that every desk has, and those before any desk."""

from __future__ import annotations

from typing import Any, Final

from openesim.adapters.web.desks.account.front import front
from openesim.adapters.web.desks.account.mine import (
    account,
    change_password,
    end_all_sessions,
    end_session,
    password,
    remove_device,
    renew_recovery_codes,
    sessions_page,
)
from openesim.adapters.web.desks.account.registering import register, registration
from openesim.adapters.web.desks.account.second_factor import begin_anew, confirm_device, device, device_first
from openesim.adapters.web.desks.account.signing_in import (
    code_page,
    first_password,
    give_code,
    give_proof,
    proof_page,
    set_first_password,
    sign_in_page,
    sign_out,
    try_sign_in,
)

ROUTES: Final[tuple[Any, ...]] = (
    *(front, sign_in_page, try_sign_in, code_page, give_code, first_password, set_first_password, sign_out),
    *(device_first, device, confirm_device, begin_anew, proof_page, give_proof, registration, register),
    *(account, password, change_password, sessions_page, end_session, end_all_sessions),
    *(remove_device, renew_recovery_codes),
)
