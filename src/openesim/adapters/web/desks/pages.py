"""Templates, one environment a language, and everything that they may call.

Values are escaped always, and a name that nobody gave is an error. Templates call ``t`` for words (a key that begins with
a dot belongs to the template: ``.title`` in ``regulator/models.html`` is ``regulator.models.title``), ``c`` for
components, ``f`` for formats and ``asset`` for static files; ``visit`` is who looks, and ``|capital`` writes a text as a sentence begins.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, tzinfo
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from openesim.adapters.web.desks.assets import Assets
from openesim.adapters.web.desks.desk import DeskPlan
from openesim.adapters.web.desks.formats import TAGS, Formats, in_fours
from openesim.adapters.web.desks.wording import Wording, capital
from openesim.messages.sgp22.explained.entries import Language

COMPONENTS: Final = ("show", "basics", "forms", "tables", "charts", "flows", "records")
"""Files of macros in ``templates/components``; all of their macros are ``c``."""


class Components:
    """The macros of all components, in one place."""

    def __init__(self) -> None:
        """Begin without any."""
        self._macros: Final[dict[str, Any]] = {}

    def add(self, macros: dict[str, Any]) -> None:
        """Take macros by name."""
        self._macros.update({name: macro for name, macro in macros.items() if name[0] != "_"})

    def __getattr__(self, name: str) -> Any:
        """Return a macro."""
        try:
            return self._macros[name]
        except KeyError:
            raise AttributeError(name) from None


class Pages:
    """Renders templates in a language."""

    def __init__(
        self,
        wording: Wording,
        assets: Assets,
        plans: Sequence[DeskPlan] = (),
        zone: tzinfo | None = None,
        *,
        is_test: bool = False,
        verifier_titles: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        """Read the templates.

        Args:
            wording: all words.
            assets: static files.
            plans: the desks, for navigation.
            zone: in which times are told; None: UTC.
            is_test: nothing here is real, and every page says so.
            verifier_titles: what people read of a verifier, by its name as cases have it, then by language.
        """
        self.is_test: Final = is_test
        self.verifier_titles: Final = verifier_titles or {}
        self.wording: Final = wording
        self.assets: Final = assets
        self.plans: Final = tuple(plans)
        self.formats: Final = {language: Formats(language, zone) for language in Language}
        self._environments: Final = {language: self._environment(language) for language in Language}

    def render(self, language: Language, template: str, view: dict[str, Any]) -> str:
        """Return a template in a language, filled."""
        return self._environments[language].get_template(template).render(view)

    def environment(self, language: Language) -> Environment:
        """Return the environment of a language; for tests that read templates."""
        return self._environments[language]

    def _environment(self, language: Language) -> Environment:
        """Return the environment of a language, with the macros of all components."""
        environment = Environment(
            loader=PackageLoader("openesim.adapters.web.desks"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )

        @pass_context
        def t(context: Context, key: str, **values: Any) -> Markup:
            """Return the text of a key; one that begins with a dot belongs to the template."""
            return self.wording.say(absolute_key(context.name or "", key), language, **values)

        environment.tests["moment"] = lambda value: isinstance(value, datetime)
        environment.tests["day"] = lambda value: isinstance(value, date)
        environment.filters["capital"] = capital
        components = Components()
        environment.globals.update(
            t=t,
            has_text=lambda key: key in self.wording,
            c=components,
            f=self.formats[language],
            asset=self.assets.address,
            in_fours=in_fours,
            language=language.value,
            language_tag=TAGS[language],
            gap="" if language is Language.CHINESE else " ",
        )
        for name in COMPONENTS:
            module = environment.get_template(f"components/{name}.html").module
            components.add({key: value for key, value in vars(module).items() if callable(value)})
        return environment


def absolute_key(template: str, key: str) -> str:
    """Return the whole key of a text that a template names."""
    if key[0] != ".":
        return key
    return template.removesuffix(".html").replace("/", ".") + key
