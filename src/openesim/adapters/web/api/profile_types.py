"""Profile types: what can be ordered."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import PathParameter

from openesim.adapters.web.api.calling import reach
from openesim.adapters.web.api.describing import problems
from openesim.services.access import Caller, Scope
from openesim.services.profile_types import ProfileType, ProfileTypes

Name = Annotated[str, PathParameter(description="Name of the profile type.", min_length=1, max_length=255)]


class ProfileTypeView(msgspec.Struct, frozen=True):
    """What can be ordered: a template that becomes a profile for one subscription."""

    name: str
    service_provider_name: str
    profile_name: str


class ProfileTypeList(msgspec.Struct, frozen=True):
    """All profile types."""

    items: list[ProfileTypeView]


class ProfileTypeRoutes(Controller):
    """``/profile-types``."""

    path = "/profile-types"
    tags = ("Profile types",)

    @get(opt=reach(Scope.PROFILE_TYPES_READ), summary="List profile types", responses=problems())
    async def list_profile_types(
        self, caller: NamedDependency[Caller], profile_types: NamedDependency[ProfileTypes]
    ) -> ProfileTypeList:
        """List what can be ordered."""
        return ProfileTypeList([view(each) for each in await profile_types.all(caller.operator)])

    @get(
        "/{name:str}",
        opt=reach(Scope.PROFILE_TYPES_READ),
        summary="Show a profile type",
        responses=problems(404),
    )
    async def show_profile_type(
        self, caller: NamedDependency[Caller], profile_types: NamedDependency[ProfileTypes], name: Name
    ) -> ProfileTypeView:
        """Show one."""
        return view(await profile_types.named(name, caller.operator))


def view(each: ProfileType) -> ProfileTypeView:
    """Return a profile type as it is told."""
    return ProfileTypeView(each.name, each.service_provider_name, each.profile_name)
