"""The desk: its routes and its menu. A new page is a line in each."""

from __future__ import annotations

from typing import Final

from openesim.adapters.web.desks.desk import DeskPlan, Item
from openesim.adapters.web.desks.regulator import accounts as account_routes
from openesim.adapters.web.desks.regulator import (
    application,
    application_deciding,
    decisions,
    device,
    enquiry,
    held,
    imports,
    ledger,
    makers,
    model_review,
    models,
    recalls,
    rule_simulating,
    terminals,
    vendors,
    watch_list,
)
from openesim.adapters.web.desks.regulator.accounts import accounts_page
from openesim.adapters.web.desks.regulator.applications import applications
from openesim.adapters.web.desks.regulator.home import home
from openesim.adapters.web.desks.regulator.operators import licences_ending, operator, operators
from openesim.adapters.web.desks.regulator.rule_adding import add_page, add_rules
from openesim.adapters.web.desks.regulator.rule_assigning import assign_page, assign_rules
from openesim.adapters.web.desks.regulator.rules import rule_compare, rule_pack, rules
from openesim.services.conditions.accounts.roles import Desk

REGULATOR: Final = DeskPlan(
    desk=Desk.REGULATOR,
    routes=(
        home,
        *(applications, application.application, application.application_file, application.take_up),
        *application.SAY_ROUTES,
        *(application_deciding.approve_page, application_deciding.approve, *application_deciding.DEED_ROUTES),
        *(operators, operator, licences_ending),
        *(rules, rule_pack, rule_compare, add_page, add_rules, assign_page, assign_rules),
        *(rule_simulating.simulate_page, rule_simulating.simulate_rules, rule_simulating.simulation_page),
        *(rule_simulating.simulation_progress, rule_simulating.stop_simulation),
        *(accounts_page, account_routes.account_new, account_routes.make_account),
        *(account_routes.account_page, *account_routes.DEED_ROUTES),
        *(*terminals.ROUTES, *vendors.ROUTES, *models.ROUTES, *model_review.ROUTES, *makers.ROUTES),
        *(*device.ROUTES, *imports.ROUTES, *recalls.ROUTES),
        *(*decisions.ROUTES, *held.ROUTES, *watch_list.ROUTES, *ledger.ROUTES, *enquiry.ROUTES),
    ),
    menu=(
        Item("regulator.home", home, "home"),
        Item("regulator.applications", applications, "inbox"),
        Item("regulator.operators", operators, "licence"),
        Item("regulator.terminals", terminals.terminals, "phone"),
        Item("regulator.recalls", recalls.recalls, "stop"),
        Item("regulator.rules", rules, "rules"),
        Item("regulator.decisions", decisions.decisions, "list"),
        Item("regulator.held", held.held, "bell"),
        Item("regulator.watch_list", watch_list.watch_list, "eye"),
        Item("regulator.enquiry", enquiry.enquiry, "search"),
        Item("regulator.ledger", ledger.ledger, "chain"),
        Item("regulator.accounts", accounts_page, "people"),
    ),
)
