"""Strategies for everything that the gate judges by: any facts, any application, and how facts become worse."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

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
from openesim.conditions.rules.words import (
    Assurance,
    Binding,
    Channel,
    DocumentKind,
    Group,
    NumberKind,
    ServiceClass,
    Trigger,
)

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
REGIONS = ["CN-GD", "CN-BJ", "DE"]

moments = st.timedeltas(timedelta(days=-400), timedelta(days=40)).map(lambda away: NOW + away)
_regions = st.none() | st.sampled_from(REGIONS)
_words = st.sampled_from(["guardian", "both-documents", "written-authority"])

applications: st.SearchStrategy[Application] = st.builds(
    Application,
    operator=st.sampled_from(["qinghe", "yuanshan"]),
    service=st.sampled_from(ServiceClass),
    channel=st.sampled_from(Channel),
    number=st.sampled_from(NumberKind),
    home_region=_regions,
    write_region=_regions,
    in_country=st.none() | st.booleans(),
)

licences: st.SearchStrategy[Licence] = st.builds(
    Licence,
    standing=st.sampled_from(Standing),
    begins=moments,
    ends=st.none() | moments,
    channels=st.frozensets(st.sampled_from(Channel), max_size=2),
    regions=st.frozensets(st.sampled_from(REGIONS), max_size=2),
    numbers=st.frozensets(st.sampled_from(NumberKind), max_size=2),
)

persons: st.SearchStrategy[Verification] = st.builds(
    Verification,
    standing=st.sampled_from(Standing),
    group=st.sampled_from(Group),
    document=st.sampled_from(DocumentKind),
    assurance=st.frozensets(st.sampled_from(Assurance)),
    verified_at=moments,
    same_visit=st.booleans(),
    age=st.none() | st.integers(0, 120),
    acts_for_another=st.booleans(),
    brought=st.frozensets(_words),
    reverify=st.none() | st.tuples(st.sampled_from(Trigger), moments),
    is_frozen=st.booleans(),
)

facts: st.SearchStrategy[Facts] = st.builds(
    Facts,
    licences=st.lists(licences, max_size=3).map(tuple),
    terminal=st.builds(
        Terminal,
        model=st.none() | st.sampled_from(Standing),
        model_service=st.none() | st.sampled_from(ServiceClass),
        is_foreign=st.none() | st.booleans(),
        is_chip_known=st.none() | st.booleans(),
        is_recalled=st.booleans(),
        binding=st.none() | st.sampled_from(Binding),
        profiles=st.none() | st.integers(0, 5),
    ),
    person=st.none() | persons,
    lines=st.builds(
        Lines,
        here=st.integers(0, 6),
        nationwide=st.integers(0, 12),
        of_class=st.integers(0, 3),
        begun=st.lists(moments, max_size=4).map(tuple),
    ),
    signals=st.builds(
        Signals,
        score=st.integers(0, 100),
        is_listed=st.booleans(),
        person_orders_today=st.integers(0, 12),
        chip_orders_today=st.integers(0, 12),
        address_orders_today=st.integers(0, 12),
        reissued_at=st.none() | moments,
    ),
)

good_facts: st.SearchStrategy[Facts] = st.builds(
    Facts,
    licences=st.just((Licence(standing=Standing.VALID, begins=NOW - timedelta(days=1)),)),
    terminal=st.builds(
        Terminal,
        model=st.just(Standing.VALID),
        model_service=st.sampled_from([ServiceClass.PHONE, ServiceClass.IOT]),
        is_foreign=st.just(False),
        is_chip_known=st.just(True),
        binding=st.just(Binding.TWO_WAY),
        profiles=st.integers(0, 2),
    ),
    person=st.builds(
        Verification,
        standing=st.just(Standing.VALID),
        group=st.sampled_from([Group.NATIONAL, Group.ORGANISATION]),
        document=st.sampled_from(
            [DocumentKind.RESIDENT_ID, DocumentKind.NATIONAL_ID, DocumentKind.BUSINESS_LICENCE]
        ),
        assurance=st.just(frozenset(Assurance)),
        verified_at=st.just(NOW - timedelta(hours=1)),
        same_visit=st.booleans(),
        age=st.integers(15, 40),
        acts_for_another=st.booleans(),
        brought=st.just(frozenset({"guardian", "both-documents", "written-authority"})),
    ),
    lines=st.builds(Lines, here=st.integers(0, 2), nationwide=st.integers(0, 3)),
    signals=st.builds(Signals, score=st.integers(0, 40)),
)
"""Facts of which most are as packs ask: so that there is somebody to be let in."""

good_applications: st.SearchStrategy[Application] = st.sampled_from(
    [
        (ServiceClass.PHONE, Channel.COUNTER, NumberKind.MOBILE_11),
        (ServiceClass.PHONE, Channel.COUNTER, NumberKind.MOBILE),
        (ServiceClass.IOT, Channel.ENTERPRISE, NumberKind.IOT_13),
    ]
).map(
    lambda each: Application(
        operator="qinghe",
        service=each[0],
        channel=each[1],
        number=each[2],
        home_region="CN-GD",
        write_region="CN-GD",
        in_country=True,
    )
)
"""Applications that packs let through."""
