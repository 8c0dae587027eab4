"""The words that a rule pack may use: what is not here is refused as unknown.

A pack chooses among them; what they mean is code. A new kind of document or a new binding is added here first.
"""

from __future__ import annotations

from enum import StrEnum


class ServiceClass(StrEnum):
    """What kind of device a service is for."""

    PHONE = "phone"
    TABLET = "tablet"
    LAPTOP = "laptop"
    WATCH = "watch"
    IOT = "iot"
    VEHICLE = "vehicle"


class Channel(StrEnum):
    """Where the person is when the order is made."""

    COUNTER = "counter"
    AGENT = "agent"
    ONLINE = "online"
    ENTERPRISE = "enterprise"


class Region(StrEnum):
    """Where a profile may be written, seen from the number's home."""

    ANYWHERE = "anywhere"
    COUNTRY = "country"
    HOME_PROVINCE = "home-province"


class NumberKind(StrEnum):
    """Kind of number a profile may carry."""

    ANY = "any"
    MOBILE = "mobile"
    MOBILE_11 = "mobile-11"
    IOT_13 = "iot-13"


class Group(StrEnum):
    """Which documents a person has to choose from."""

    NATIONAL = "national"
    HK_MACAU_TAIWAN = "hk-macau-taiwan"
    FOREIGN = "foreign"
    ORGANISATION = "organisation"


class DocumentKind(StrEnum):
    """A document that says who somebody is."""

    RESIDENT_ID = "resident-id"
    TEMPORARY_ID = "temporary-id"
    HOUSEHOLD_BOOK = "household-book"
    MILITARY_ID = "military-id"
    POLICE_ID = "police-id"
    MAINLAND_TRAVEL_PERMIT = "mainland-travel-permit"
    RESIDENCE_PERMIT = "residence-permit"
    PASSPORT = "passport"
    PERMANENT_RESIDENCE = "permanent-residence"
    NATIONAL_ID = "national-id"
    VISA = "visa"
    BUSINESS_LICENCE = "business-licence"


class Assurance(StrEnum):
    """One thing that was done to be sure of a person."""

    DOCUMENT = "document"
    DOCUMENT_CHIP_OR_SCAN = "document-chip-or-scan"
    FACE_MATCH = "face-match"
    LIVENESS = "liveness"
    BIOMETRICS = "biometrics"
    IN_PERSON = "in-person"
    VIDEO_IDENT = "video-ident"
    ELECTRONIC_ID = "electronic-id"


class Binding(StrEnum):
    """What a profile, a chip and a device are held to."""

    NONE = "none"
    EID = "eid"
    TWO_WAY = "two-way"


class ModelApproval(StrEnum):
    """Whether the device's model has to be approved."""

    NOT_ASKED = "not-asked"
    REQUIRED = "required"


class ChipMakers(StrEnum):
    """Whether the chip has to be of a maker who is registered."""

    NOT_ASKED = "not-asked"
    REGISTERED = "registered"


class ForeignModels(StrEnum):
    """What happens to models that are made for other markets."""

    ALLOW = "allow"
    REFUSE = "refuse"


class Trigger(StrEnum):
    """What makes a verified person verify again."""

    FRAUD_FLAG = "fraud-flag"
    MANY_LINES = "many-lines"
    SLEEPING = "sleeping"
    HOT_REGION = "hot-region"
    REPEATED_MODEL_ALERT = "repeated-model-alert"
    DEVICE_CHANGED = "device-changed"


class Otherwise(StrEnum):
    """What happens where a demand is not met in its time."""

    SUSPEND = "suspend"
    LIMIT = "limit"
    NOTHING = "nothing"


class Deed(StrEnum):
    """What a cool-down keeps somebody from."""

    PORT_OUT = "port-out"
    RE_ISSUE = "re-issue"
    NEW_LINE = "new-line"


class Reliability(StrEnum):
    """How sure a source is."""

    LAW = "law"
    GOVERNMENT = "government"
    PRESS = "press"
    SECONDARY = "secondary"
    BACKGROUND = "background"
