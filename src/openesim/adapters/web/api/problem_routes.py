"""What the types of problems mean: the address in ``type`` can be opened."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get
from litestar.params import PathParameter

from openesim.adapters.web.api.calling import reach
from openesim.adapters.web.api.describing import problems
from openesim.adapters.web.api.problem_types import PROBLEM_TYPES, ProblemType
from openesim.adapters.web.api.problems import ProblemExplanation, explanation_in
from openesim.adapters.web.languages import language_of
from openesim.kernel.errors import NotFoundError
from openesim.messages.sgp22.explained.entries import Language


class ProblemTypeView(msgspec.Struct, frozen=True):
    """What a type of problem means."""

    type: str
    title: str
    status: int
    explanation: ProblemExplanation


class ProblemTypeList(msgspec.Struct, frozen=True):
    """All types of problems."""

    items: list[ProblemTypeView]


class ProblemRoutes(Controller):
    """``/problems``."""

    path = "/problems"
    tags = ("Problems",)
    opt = reach(None)

    @get(summary="List problem types", responses=problems(public=True))
    async def list_problem_types(self, request: Request[Any, Any, Any]) -> ProblemTypeList:
        """List every type of problem."""
        language = language_of(request.headers)
        return ProblemTypeList([_view(kind, language) for kind in PROBLEM_TYPES.values()])

    @get("/{problem:str}", summary="Show a problem type", responses=problems(404, public=True))
    async def show_problem_type(
        self,
        request: Request[Any, Any, Any],
        problem: Annotated[str, PathParameter(description="Last part of `type`.", max_length=64)],
    ) -> ProblemTypeView:
        """Show what one type of problem means, and what to do."""
        kind = PROBLEM_TYPES.get(problem)
        if kind is None:
            raise NotFoundError("no problem has this type")
        return _view(kind, language_of(request.headers))


def _view(kind: ProblemType, language: Language) -> ProblemTypeView:
    title = kind.title[language is Language.CHINESE]
    return ProblemTypeView(kind.address, title, kind.http_status, explanation_in(kind.entry, language))
