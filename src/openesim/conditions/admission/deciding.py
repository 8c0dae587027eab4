"""The decision: one pure function of pack, application, facts and time. Same facts, same decision.

Every check yields what is not met and nothing else, in the order in which a person would ask: may this be sold at all,
may this operator sell it, may this device take it, who stands behind it, how many has he, does anything speak against
it. All checks are made, so that whoever is refused learns everything at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from openesim.conditions.admission.decision import Decision, Finding, Verdict
from openesim.conditions.admission.facts import (
    Application,
    Facts,
    Licence,
    Lines,
    Signals,
    Standing,
    Terminal,
    Verification,
)
from openesim.conditions.rules.asking import asks_nothing
from openesim.conditions.rules.pack import Limits, Pack, Person, Risk, Service
from openesim.conditions.rules.words import (
    Binding,
    Channel,
    ChipMakers,
    Deed,
    ForeignModels,
    Group,
    ModelApproval,
    NumberKind,
    Otherwise,
    Region,
)

_DAY = timedelta(days=1)
_BINDING_RANK = {Binding.NONE: 0, Binding.EID: 1, Binding.TWO_WAY: 2}


def decide(pack: Pack, application: Application, facts: Facts, now: datetime) -> Decision:
    """Decide about one case.

    Under a pack that asks nothing of anybody nothing speaks against a case, whatever is known of it.

    Args:
        pack: the rules in force.
        application: what is asked for.
        facts: what is known; what is not known never counts as good.
        now: aware UTC.
    """
    service = pack.service.get(application.service)
    if service is None:
        name = application.service.value
        finding = Finding(Verdict.REFUSE, "service", "class-not-sold", {"service": name})
        return Decision(pack.id, pack.version, (finding,))
    findings = [
        *_check_service(service, application),
        *_check_licence(service, application, facts.licences, now),
        *_check_terminal(service, application, facts.terminal),
        *_check_person(pack, service, application, facts.person, now),
        *_check_lines(pack.limits, application, facts.lines, now),
        *_check_signals(pack.risk, application, facts.signals),
        *check_cool_down(pack.risk, application.deed, facts.signals.reissued_at, now),
    ]
    if findings and asks_nothing(pack):
        return Decision(pack.id, pack.version)
    findings.sort(key=lambda finding: -finding.verdict)
    return Decision(pack.id, pack.version, tuple(findings))


def _refused(rule: str, cause: str, **facts: object) -> Finding:
    return Finding(Verdict.REFUSE, rule, cause, {name: str(value) for name, value in facts.items()})


def _stepped(rule: str, cause: str, **facts: object) -> Finding:
    return Finding(Verdict.STEP_UP, rule, cause, {name: str(value) for name, value in facts.items()})


def _held(rule: str, cause: str, **facts: object) -> Finding:
    return Finding(Verdict.HOLD, rule, cause, {name: str(value) for name, value in facts.items()})


def _check_service(service: Service, application: Application) -> Iterator[Finding]:
    """Yield what the class of service does not allow: channel, number, region."""
    rule = f"service.{application.service.value}"
    if service.channels and application.channel not in service.channels:
        yield _refused(f"{rule}.channels", "channel-not-allowed", channel=application.channel.value)
    if not _is_number_among(application.number, service.numbers):
        yield _refused(f"{rule}.numbers", "number-not-allowed", number=application.number.value)
    is_abroad = service.regions is not Region.ANYWHERE and application.in_country is not True
    is_away = service.regions is Region.HOME_PROVINCE and (
        application.write_region is None or application.write_region != application.home_region
    )
    if is_abroad:
        yield _refused(f"{rule}.regions", "outside-country", region=application.write_region or "unknown")
    elif is_away:
        yield _refused(
            f"{rule}.regions",
            "outside-home-region",
            region=application.write_region or "unknown",
            home=application.home_region or "unknown",
        )


def _check_licence(
    service: Service, application: Application, licences: tuple[Licence, ...], now: datetime
) -> Iterator[Finding]:
    """Yield why no licence of the operator covers the case."""
    if not service.needs_licence:
        return
    rule = f"service.{application.service.value}.needs_licence"
    running = [
        licence
        for licence in licences
        if licence.standing is Standing.VALID
        and licence.begins <= now
        and (licence.ends is None or now <= licence.ends)
    ]
    if not running:
        standings = sorted({licence.standing.value for licence in licences})
        known = ", ".join(standings) or "none"
        yield _refused(rule, "no-licence", operator=application.operator, licences=known)
    elif not any(_covers(licence, application) for licence in running):
        yield _refused(
            rule,
            "licence-does-not-cover",
            operator=application.operator,
            channel=application.channel.value,
            region=application.write_region or "unknown",
            number=application.number.value,
        )


def _covers(licence: Licence, application: Application) -> bool:
    """Tell whether a licence lets sell this, here, in this way."""
    return (
        (not licence.channels or application.channel in licence.channels)
        and (not licence.regions or _is_region_among(application.write_region, licence.regions))
        and (not licence.numbers or _is_number_among(application.number, licence.numbers))
    )


def _is_number_among(number: NumberKind, kinds: Collection[NumberKind]) -> bool:
    """Tell whether a kind of number is one of several; a mobile number of eleven digits is a mobile number."""
    is_mobile = number in {NumberKind.MOBILE, NumberKind.MOBILE_11}
    return NumberKind.ANY in kinds or number in kinds or (is_mobile and NumberKind.MOBILE in kinds)


def _is_region_among(region: str | None, regions: Collection[str]) -> bool:
    """Tell whether a region is one of several, or a part of one: ``CN-GD`` is a part of ``CN``."""
    return region is not None and any(region == wider or region.startswith(f"{wider}-") for wider in regions)


def _check_terminal(service: Service, application: Application, terminal: Terminal) -> Iterator[Finding]:
    """Yield what speaks against chip and device."""
    rule = f"service.{application.service.value}.device"
    asked = service.device
    if terminal.is_recalled:
        yield _refused(rule, "recalled")
    if asked.model_approval is ModelApproval.REQUIRED:
        if terminal.model is None:
            yield _refused(f"{rule}.model_approval", "model-unknown")
        elif terminal.model is not Standing.VALID:
            yield _refused(f"{rule}.model_approval", "model-not-approved", model=terminal.model.value)
        elif terminal.model_service is not application.service:
            kind = "unknown" if terminal.model_service is None else terminal.model_service.value
            yield _refused(f"{rule}.model_approval", "other-kind-of-device", device=kind)
    if asked.foreign_models is ForeignModels.REFUSE and terminal.is_foreign is not False:
        cause = "market-unknown" if terminal.is_foreign is None else "foreign-model"
        yield _refused(f"{rule}.foreign_models", cause)
    if asked.chip_maker is ChipMakers.REGISTERED and terminal.is_chip_known is not True:
        yield _refused(f"{rule}.chip_maker", "chip-unknown")
    found = Binding.NONE if terminal.binding is None else terminal.binding
    if _BINDING_RANK[found] < _BINDING_RANK[asked.chip_binding]:
        yield _refused(f"{rule}.chip_binding", "not-bound", asked=asked.chip_binding.value, found=found.value)
    most = service.profiles_per_device
    if most and terminal.profiles is None:
        yield _stepped(
            f"service.{application.service.value}.profiles_per_device", "profiles-unknown", most=most
        )
    elif most and terminal.profiles is not None and terminal.profiles >= most:
        yield _refused(
            f"service.{application.service.value}.profiles_per_device",
            "too-many-profiles",
            most=most,
        )


def _check_person(
    pack: Pack, service: Service, application: Application, person: Verification | None, now: datetime
) -> Iterator[Finding]:
    """Yield what is missing of the person behind the order."""
    if not service.needs_person:
        return
    if person is None:
        yield _stepped("person", "not-verified")
        return
    if person.standing is not Standing.VALID:
        is_over = person.standing in {Standing.REVOKED, Standing.SUSPENDED}
        say = _refused if is_over else _stepped
        yield say("person", f"verification-{person.standing.value}")
        return
    if person.is_frozen:
        yield _refused("person", "frozen")
    yield from _check_documents(pack.person, application.channel, person)
    yield from _check_freshness(pack.person, person, now)
    yield from _check_acting(pack.person, person)
    yield from _check_reverification(pack.risk, person, now)


def _check_documents(rules: Person, channel: Channel, person: Verification) -> Iterator[Finding]:
    accepted = rules.documents_for(person.group, channel)
    if not accepted:
        yield _refused(
            "person.documents", "group-not-served", group=person.group.value, channel=channel.value
        )
    elif person.document not in accepted:
        yield _stepped(
            "person.documents",
            "document-not-accepted",
            document=person.document.value,
            accepted=", ".join(kind.value for kind in accepted),
        )
    missing = [each.value for each in rules.assurance_for(channel) if each not in person.assurance]
    if missing:
        yield _stepped("person.assurance", "not-sure-enough", missing=", ".join(missing))


def _check_freshness(rules: Person, person: Verification, now: datetime) -> Iterator[Finding]:
    if person.same_visit:
        return
    if not rules.freshness_days:
        yield _stepped("person.freshness_days", "not-in-this-visit")
    elif now - person.verified_at > rules.freshness_days * _DAY:
        days = (now - person.verified_at) // _DAY
        yield _stepped("person.freshness_days", "too-old", days=days, most=rules.freshness_days)


def _check_acting(rules: Person, person: Verification) -> Iterator[Finding]:
    if person.acts_for_another:
        if not rules.agent.allowed:
            yield _refused("person.agent", "no-agents")
        elif missing := [each for each in rules.agent.needs if each not in person.brought]:
            yield _stepped("person.agent", "agent-lacks", missing=", ".join(missing))
    if not rules.minor.below or person.group is Group.ORGANISATION:
        return
    if person.age is None:
        yield _stepped("person.minor", "age-unknown", below=rules.minor.below)
    elif person.age < rules.minor.below:
        missing = [each for each in rules.minor.needs if each not in person.brought]
        if missing:
            yield _stepped("person.minor", "minor-lacks", missing=", ".join(missing), below=rules.minor.below)


def _check_reverification(risk: Risk, person: Verification, now: datetime) -> Iterator[Finding]:
    if risk.reverify is None or person.reverify is None:
        return
    trigger, deadline = person.reverify
    if trigger not in risk.reverify.triggers:
        return
    if now <= deadline or risk.reverify.otherwise is Otherwise.NOTHING:
        yield _stepped("risk.reverify", "verify-again", trigger=trigger.value)
    elif risk.reverify.otherwise is Otherwise.LIMIT:
        yield _held("risk.reverify", "verify-again-overdue", trigger=trigger.value)
    else:
        yield _refused("risk.reverify", "verify-again-overdue", trigger=trigger.value)


def _check_lines(limits: Limits, application: Application, lines: Lines, now: datetime) -> Iterator[Finding]:
    """Yield the limits that one more line would break.

    How many lines somebody has at other operators is told to nobody: the operator who asks would learn it.
    """
    if limits.per_operator and lines.here >= limits.per_operator:
        yield _refused("limits.per_operator", "too-many-lines", most=limits.per_operator, present=lines.here)
    of_class = limits.per_class.get(application.service, 0)
    figures = (("nationwide", limits.nationwide, lines.nationwide), ("per_class", of_class, lines.of_class))
    for name, most, present in figures:
        if most and present >= most:
            yield _refused(f"limits.{name}", f"too-many-lines-{name.replace('_', '-')}", most=most)
    if application.deed is not Deed.NEW_LINE:
        return
    for period in limits.per_period:
        recent = sum(1 for begun in lines.begun if now - begun < period.days * _DAY)
        if recent >= period.lines:
            yield _refused("limits.per_period", "too-many-new-lines", most=period.lines, days=period.days)


def _check_signals(risk: Risk, application: Application, signals: Signals) -> Iterator[Finding]:
    """Yield what speaks against the case."""
    if signals.is_listed:
        yield _held("risk", "listed")
    if signals.score >= risk.refuse_from:
        yield _refused("risk.refuse_from", "score-too-high", score=signals.score)
    elif signals.score >= risk.hold_from:
        yield _held("risk.hold_from", "score", score=signals.score)
    elif signals.score >= risk.step_up_from:
        yield _stepped("risk.step_up_from", "score", score=signals.score)
    if application.deed is not Deed.NEW_LINE:
        return
    figures = (
        ("orders_per_person_per_day", risk.orders_per_person_per_day, signals.person_orders_today),
        ("orders_per_chip_per_day", risk.orders_per_chip_per_day, signals.chip_orders_today),
        ("orders_per_address_per_day", risk.orders_per_address_per_day, signals.address_orders_today),
    )
    for name, most, today in figures:
        if most and today >= most:
            # Of other operators' orders no figure is told.
            yield _held(f"risk.{name}", "too-many-orders", most=most)


def check_cool_down(risk: Risk, deed: Deed, reissued_at: datetime | None, now: datetime) -> Iterator[Finding]:
    """Yield that something has to wait, because a profile of the person was issued again a short time ago.

    Args:
        risk: of the pack.
        deed: what is to be done. A port-out meets no other check: whoever leaves needs no device and no licence.
        reissued_at: when a profile of the person was issued again last; None: never.
        now: aware UTC.
    """
    calm = risk.after_reissue
    if calm is None or deed not in calm.blocks or reissued_at is None:
        return
    until = reissued_at + timedelta(hours=calm.cool_down_hours)
    if now < until:
        yield _held("risk.after_reissue", "cool-down", until=until.isoformat(timespec="minutes"))
