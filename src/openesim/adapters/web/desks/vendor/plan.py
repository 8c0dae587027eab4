"""The desk: its routes and its menu. A new page is a line in each."""

from __future__ import annotations

from typing import Final

from openesim.adapters.web.desks.desk import DeskPlan, Item
from openesim.adapters.web.desks.vendor.chips import (
    add_build,
    add_certificate,
    add_eins,
    build_form,
    certificate_form,
    chips,
    eins_form,
)
from openesim.adapters.web.desks.vendor.devices import devices, look_up_device
from openesim.adapters.web.desks.vendor.home import home
from openesim.adapters.web.desks.vendor.imports import (
    begin_import,
    example,
    import_form,
    import_page,
    import_progress,
    imports,
)
from openesim.adapters.web.desks.vendor.model import add_tacs, confirm_removal, model, remove_tacs, tacs_form
from openesim.adapters.web.desks.vendor.models import models
from openesim.adapters.web.desks.vendor.notices import notices
from openesim.adapters.web.desks.vendor.submitting import again_answered, again_step, new_answered, new_step
from openesim.services.conditions.accounts.roles import Desk

VENDOR: Final = DeskPlan(
    desk=Desk.VENDOR,
    routes=(
        home,
        models,
        model,
        tacs_form,
        add_tacs,
        confirm_removal,
        remove_tacs,
        new_step,
        new_answered,
        again_step,
        again_answered,
        chips,
        certificate_form,
        add_certificate,
        eins_form,
        add_eins,
        build_form,
        add_build,
        imports,
        import_form,
        begin_import,
        example,
        import_page,
        import_progress,
        notices,
        devices,
        look_up_device,
    ),
    menu=(
        Item("vendor.home", home, "home"),
        Item("vendor.models", models, "phone"),
        Item("vendor.imports", imports, "upload"),
        Item("vendor.chips", chips, "chip"),
        Item("vendor.devices", devices, "chain"),
        Item("vendor.notices", notices, "bell"),
    ),
)
