"""What an operator's desk counts and lists, in memory."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime
from typing import Any

from openesim.provisioning.smdp.history import Step
from openesim.provisioning.smdp.orders import OrderState
from openesim.services.operator_figures import Standing
from openesim.services.stock_import_state import StockImport


class MemoryOperatorDesk:
    """Implements ``operator_figures.FigureStores`` and ``stock_imports.ImportStores``."""

    def __init__(self) -> None:
        super().__init__()
        self.imports: dict[int, StockImport] = {}

    def standings(self, operator: str, since: datetime, most: int) -> list[tuple[Standing, int]]:
        kept = vars(self)
        orders = [
            order
            for order in kept["orders"].values()
            if order.operator == operator and order.ordered_at is not None and order.ordered_at >= since
        ]
        orders.sort(key=lambda order: (order.ordered_at, order.order_id), reverse=True)
        had = {download.order_id for download in kept["downloads"].values()}

        def standing_of(order: Any) -> Standing:
            subscription = kept["by_iccid"].get(order.iccid)
            return Standing(
                state=order.state,
                was_authenticated=order.download_attempts > 0,
                had_package=order.state is OrderState.ERROR and order.order_id in had,
                is_online=subscription is not None and subscription.sqn > 0,
            )

        return list(Counter(standing_of(order) for order in orders[:most]).items())

    def newest_steps_of_operator(self, operator: str, before: int | None, limit: int) -> list[Step]:
        steps = [
            step
            for step in vars(self)["steps"].values()
            if step.operator == operator and (before is None or step.step_id < before)
        ]
        return sorted(steps, key=lambda step: -step.step_id)[:limit]

    def held_of_operator(
        self, operator: str, after: tuple[datetime, int] | None, limit: int
    ) -> list[tuple[datetime, int]]:
        held = [
            (admission.held_until, admission.order_id)
            for admission in vars(self)["admissions"].values()
            if admission.application.operator == operator and admission.held_until is not None
        ]
        return sorted(one for one in held if after is None or one > after)[:limit]

    def stock_import(self, import_id: int) -> StockImport | None:
        return self.imports.get(import_id)

    def add_stock_import(self, one: StockImport) -> int:
        number = len(self.imports) + 1
        self.imports[number] = replace(one, import_id=number)
        return number

    def save_stock_import(self, one: StockImport) -> None:
        self.imports[one.import_id] = one

    def stock_imports(self, operator: str, before: int | None, limit: int) -> list[StockImport]:
        found = [
            one
            for number, one in sorted(self.imports.items(), reverse=True)
            if one.operator == operator and (before is None or number < before)
        ]
        return found[:limit]
