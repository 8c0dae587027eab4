"""LoadBoundProfilePackage: what goes in, what comes out, and that nothing half done is ever left."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from openesim.adapters.apdu.software import MemoryCard
from openesim.encoding import tlv
from openesim.kernel.errors import CardError
from openesim.kernel.ids import Iccid
from openesim.kernel.secret import Secret
from openesim.messages.saip.response import EuiccResponse
from openesim.messages.sgp22.metadata import ProfileState
from openesim.messages.sgp22.notifications import (
    BppCommandId,
    ErrorReason,
    ErrorResult,
    ProfileInstallationResult,
    SuccessResult,
)
from openesim.provisioning.euicc.session import ProfileLoading
from openesim.provisioning.euicc.state import OneTimeKeyRecord
from openesim.security.crypto.bsp import BspKeys
from openesim.security.crypto.curves import Curve
from openesim.security.crypto.ecdsa import verify_signature
from openesim.security.pki.certificate import Certificate
from tests.unit.provisioning.euicc import laboratory as lab
from tests.unit.provisioning.euicc.laboratory import PPK, Contents, Smdp, contents, new_card

Failure = tuple[int, int]


def failure(result: object) -> Failure:
    """Command and reason of a failed installation."""
    assert isinstance(result, ErrorResult), result
    return int(result.bpp_command_id), int(result.error_reason)


def refused_installation(
    what: Contents, smdp: Smdp | None = None, card: MemoryCard | None = None
) -> ErrorResult:
    """The result of an installation that must fail, after a look that the chip has not changed otherwise."""
    card = card or new_card()
    segments = lab.bind(card, smdp or Smdp(), what)
    before = lab.lasting(card)
    result = lab.result_of(lab.load(card, segments))
    assert isinstance(result, ErrorResult), result
    assert lab.lasting(card) == before
    assert card.euicc.ram.session is None
    return result


@pytest.mark.parametrize("ppk", [None, PPK], ids=["session keys", "keys replaced"])
@pytest.mark.parametrize("curve", list(Curve), ids=lambda curve: curve.name)
def test_a_bound_profile_is_installed_disabled(curve: Curve, ppk: BspKeys | None) -> None:
    card, smdp = new_card(None, curve), Smdp(world=lab.world(curve))
    assert isinstance(lab.download(card, contents(ppk=ppk), smdp), SuccessResult)
    (profile,) = card.nvm.profiles
    assert profile.iccid == lab.ICCID
    assert profile.state is ProfileState.DISABLED
    assert profile.aid.hex().upper() == "A0000005591010FFFFFFFF8900001000"
    assert profile.package.octets == lab.package()
    assert profile.package.header.iccid == lab.ICCID


def test_the_result_is_signed_and_already_in_memory() -> None:
    card, smdp = new_card(), Smdp()
    pir = lab.load(card, lab.bind(card, smdp))
    (notification,) = card.nvm.notifications
    assert notification.octets == pir
    decoded = ProfileInstallationResult.decode(pir)
    data = decoded.profile_installation_result_data
    key = Certificate.decode(card.nvm.identity.credentials[0].certificate).public_key
    verify_signature(key, data.octets, decoded.euicc_sign_pir)
    assert data.value.transaction_id == smdp.transaction_id
    assert data.value.smdp_oid == "2.999.10"
    assert data.value.notification_metadata.notification_address == lab.ADDRESS
    assert data.value.notification_metadata.iccid == lab.ICCID
    success = data.value.final_result
    assert isinstance(success, SuccessResult)
    assert success.sima_response.hex() == "3007a0053003800100"


def test_instances_take_the_next_free_number() -> None:
    card = new_card()
    for iccid in (lab.ICCID, lab.SECOND_ICCID):
        lab.install(card, iccid)
    card.execute(tlv.encode(0xBF33, tlv.encode(0x5A, lab.ICCID.octets)))
    lab.install(card, lab.THIRD_ICCID)
    numbers = [profile.aid[13:15].hex() for profile in card.nvm.profiles]
    assert numbers == ["0011", "0010"]


def test_a_package_of_64_blocks_is_installed() -> None:
    package = lab.larger_package(64 * 1007)
    card = new_card()
    segments = lab.bind(card, Smdp(), contents(package=package))
    assert sum(segment[0] == 0x86 for segment in segments) >= 64
    assert isinstance(lab.result_of(lab.load(card, segments)), SuccessResult)
    assert card.nvm.profiles[0].package.octets == package


def test_intermediate_segments_are_answered_with_nothing() -> None:
    card = new_card()
    *most, last = lab.bind(card, Smdp())
    assert [card.execute(segment) for segment in most] == [b""] * len(most)
    assert card.execute(last)


def test_metadata_in_several_segments_are_joined() -> None:
    icon = bytes(range(256)) * 4
    card = new_card()
    lab.install(card, icon_type=1, icon=icon)
    assert card.nvm.profiles[0].metadata.icon == icon


def whole_containers(bound: bytes) -> list[bytes]:
    """Segments as Android's platform code cuts them: A0 and A2 whole."""
    first, *containers = tlv.read_one(bound).children()
    segments = [bound[: first.end]]
    for container in containers:
        if container.tag in (0xA0, 0xA2):
            segments.append(container.octets)
        else:
            segments.append(bound[container.start : container.value_start])
            segments += [piece.octets for piece in container.children()]
    return segments


def heads_with_first_pieces(bound: bytes) -> list[bytes]:
    """Segments of an LPA that sends no header alone."""
    first, *containers = tlv.read_one(bound).children()
    segments = [bound[: first.end]]
    for container in containers:
        pieces = [piece.octets for piece in container.children()]
        segments += [bound[container.start : container.value_start] + pieces[0], *pieces[1:]]
    return segments


@pytest.mark.parametrize("cut", [whole_containers, heads_with_first_pieces, lambda bound: [bound]])
def test_other_ways_to_cut_are_taken(cut: Callable[[bytes], list[bytes]]) -> None:
    card, smdp = new_card(), Smdp()
    lab.prepare(card, smdp)
    bound = smdp.bind(card.nvm.identity.eid, contents(ppk=PPK))
    assert isinstance(lab.result_of(lab.load(card, cut(bound))), SuccessResult)


def test_the_sm_dps_own_data_are_kept_for_the_profile_list() -> None:
    card = new_card()
    configure = bytes.fromhex("BF2407B8058003883777")
    assert isinstance(lab.download(card, contents(configure_isdp=configure)), SuccessResult)
    proprietary = card.nvm.profiles[0].dp_proprietary_data
    assert proprietary is not None
    assert proprietary.dp_oid == "2.999.119"


# --- InitialiseSecureChannel: command 0 --------------------------------------------------------------------------


def test_a_signature_of_somebody_else_opens_no_channel() -> None:
    card, smdp = new_card(), Smdp()
    lab.prepare(card, smdp)
    smdp.world = lab.world() | {"dppb": lab.world()["dpauth"]}
    segments = lab.cut(smdp.bind(card.nvm.identity.eid, contents()))
    assert failure(lab.result_of(card.execute(segments[0]))) == (0, ErrorReason.INVALID_SIGNATURE)
    assert card.nvm.profiles == ()


def test_a_package_bound_to_another_one_time_key_is_refused() -> None:
    card, smdp = new_card(), Smdp()
    lab.prepare(card, smdp)
    smdp.euicc_otpk = lab.world()["dppb"].certificate.public_key.point
    segments = lab.cut(smdp.bind(card.nvm.identity.eid, contents()))
    assert failure(lab.result_of(lab.load(card, segments))) == (0, ErrorReason.INVALID_SIGNATURE)


def test_a_package_of_another_transaction_is_refused() -> None:
    card, smdp = new_card(), Smdp()
    lab.prepare(card, smdp)
    smdp.transaction_id = b"\x02" * 16
    segments = lab.cut(smdp.bind(card.nvm.identity.eid, contents()))
    pir = lab.load(card, segments)
    assert failure(lab.result_of(pir)) == (0, ErrorReason.INVALID_TRANSACTION_ID)
    reported = ProfileInstallationResult.decode(pir).profile_installation_result_data.value
    assert reported.transaction_id == b"\x01" * 16
    assert reported.notification_metadata.iccid is None


@pytest.mark.parametrize("change", [{"key_type": b"\x80"}, {"key_length": b"\x20"}])
def test_only_aes_128_is_agreed_on(change: dict[str, Any]) -> None:
    result = refused_installation(contents(**change))
    assert failure(result) == (0, ErrorReason.UNSUPPORTED_CRT_VALUES)


def test_only_the_installation_of_a_bound_package_is_a_known_operation() -> None:
    result = refused_installation(contents(remote_op_id=2))
    assert failure(result) == (0, ErrorReason.UNSUPPORTED_REMOTE_OPERATION_TYPE)


def test_a_malformed_secure_channel_is_an_incorrect_input() -> None:
    card, smdp = new_card(), Smdp()
    lab.prepare(card, smdp)
    broken = tlv.encode(0xBF36, tlv.encode(0xBF23, tlv.encode(0x82, b"\x01")))
    assert failure(lab.result_of(card.execute(broken))) == (0, ErrorReason.INCORRECT_INPUT_VALUES)


def test_nothing_may_follow_the_signature_of_the_secure_channel() -> None:
    card, smdp = new_card(), Smdp()
    lab.prepare(card, smdp)
    bound = smdp.bind(card.nvm.identity.eid, contents())
    channel = next(tlv.read_one(bound).children())
    longer = tlv.encode(0xBF23, channel.value + b"\x87\x01\x00")
    segments = lab.cut(tlv.encode(0xBF36, longer + bound[channel.end :]))
    assert failure(lab.result_of(card.execute(segments[0]))) == (0, ErrorReason.INCORRECT_INPUT_VALUES)


def test_a_point_off_the_curve_is_an_incorrect_input_even_if_it_is_signed() -> None:
    card, smdp = new_card(), Smdp()
    lab.prepare(card, smdp)
    content = bytes.fromhex("820101") + tlv.encode(0x80, smdp.transaction_id)
    content += tlv.encode(0xA6, bytes.fromhex("800188810110840161"))
    content += tlv.encode(0x5F49, b"\x04" + bytes(64))
    signed = content + tlv.encode(0x5F49, smdp.euicc_otpk)
    channel = tlv.encode(0xBF23, content + lab.sign(smdp.world["dppb"], signed))
    result = lab.result_of(card.execute(tlv.encode(0xBF36, channel)))
    assert failure(result) == (0, ErrorReason.INCORRECT_INPUT_VALUES)


# --- The containers ----------------------------------------------------------------------------------------------


def segments_of(card: MemoryCard, what: Contents | None = None) -> list[bytes]:
    """Segments of a package for the card, which awaits them."""
    return lab.bind(card, Smdp(), what or contents(ppk=PPK))


def flip(octets: bytes, position: int, mask: int = 0x01) -> bytes:
    """Octets with one of them changed."""
    position %= len(octets)
    return octets[:position] + bytes((octets[position] ^ mask,)) + octets[position + 1 :]


COMMAND_OF_CONTAINER = {0xA0: 1, 0xA1: 2, 0xA2: 4, 0xA3: 5}


@pytest.mark.parametrize("container", COMMAND_OF_CONTAINER)
@pytest.mark.parametrize("place", [-1, -9], ids=["MAC", "data"])
def test_a_false_octet_in_a_segment_is_a_security_error_of_its_command(container: int, place: int) -> None:
    card = new_card()
    segments = segments_of(card)
    at = next(i for i, segment in enumerate(segments) if segment[0] == container)
    # The first protected TLV stands with the header in A0 and A2, behind it in A1 and A3.
    target = at if container in (0xA0, 0xA2) else at + 1
    segments[target] = flip(segments[target], place)
    before = lab.lasting(card)
    result = lab.result_of(lab.load(card, segments))
    assert failure(result) == (COMMAND_OF_CONTAINER[container], ErrorReason.SCP03T_SECURITY_ERROR)
    assert lab.lasting(card) == before


def test_every_flipped_octet_of_a_package_ends_without_a_profile() -> None:
    reference = new_card(seed="flip")
    segments = segments_of(reference)
    total = sum(map(len, segments))
    outcomes: set[object] = set()
    for position in range(0, total, 7):
        card = new_card(seed="flip")
        assert segments_of(card) == segments
        before = lab.lasting(card)
        outcomes.add(outcome_of(card, with_flip(segments, position)))
        assert card.nvm.profiles == ()
        # A segment that is not known leaves the session alone; the mark of the installation stays with it.
        assert replace_mark(lab.lasting(card)) == before
    reasons = {reason for _, reason in (one for one in outcomes if isinstance(one, tuple))}
    assert {
        ErrorReason.INVALID_SIGNATURE,
        ErrorReason.SCP03T_SECURITY_ERROR,
        ErrorReason.SCP03T_STRUCTURE_ERROR,
    } <= reasons


def with_flip(segments: list[bytes], position: int) -> list[bytes]:
    """Segments with the octet at a position of them all changed."""
    changed = []
    for segment in segments:
        changed.append(flip(segment, position, 0x08) if 0 <= position < len(segment) else segment)
        position -= len(segment)
    return changed


def outcome_of(card: MemoryCard, segments: list[bytes]) -> object:
    """Command and reason, or the status word, with which loading ended."""
    try:
        answer = lab.load(card, segments)
    except CardError as error:
        return error.status_word
    return failure(lab.result_of(answer))


def replace_mark(lasting: tuple[object, ...]) -> tuple[object, ...]:
    """What lasts, without the mark of an ongoing installation."""
    return (*lasting[:4], None, lasting[5])


@pytest.mark.parametrize("change", [1, -1], ids=["longer", "shorter"])
@pytest.mark.parametrize("container", [0xBF36, *COMMAND_OF_CONTAINER], ids=lambda tag: f"{tag:X}")
def test_a_false_length_of_a_container_is_a_structure_error(container: int, change: int) -> None:
    card, smdp = new_card(), Smdp()
    lab.prepare(card, smdp)
    bound = smdp.bind(card.nvm.identity.eid, contents(ppk=PPK))
    target = next(
        item for item in [tlv.read_one(bound), *tlv.read_one(bound).children()] if item.tag == container
    )
    # The last octet of the header is the low octet of the length.
    position = target.value_start - 1
    wrong = bound[:position] + bytes(((bound[position] + change) % 256,)) + bound[position + 1 :]
    segments = lab.cut(bound)
    at, offsets = 0, []
    for segment in segments:
        offsets.append(at)
        at += len(segment)
    changed = [wrong[start : start + len(s)] for start, s in zip(offsets, segments, strict=True)]
    before = lab.lasting(card)
    command, reason = failure(lab.result_of(lab.load(card, changed)))
    assert reason == ErrorReason.SCP03T_STRUCTURE_ERROR
    assert command in (*COMMAND_OF_CONTAINER.values(), 0)
    assert lab.lasting(card) == before


def test_segments_out_of_order_are_refused() -> None:
    card = new_card()
    segments = segments_of(card)
    segments[3], segments[4] = segments[4], segments[3]
    before = lab.lasting(card)
    assert failure(lab.result_of(lab.load(card, segments)))[1] == ErrorReason.SCP03T_STRUCTURE_ERROR
    assert lab.lasting(card) == before


def test_a_repeated_segment_is_refused() -> None:
    card = new_card()
    segments = segments_of(card, contents())
    last = len(segments) - 1
    repeated = [*segments[:last], segments[last - 1], segments[last]]
    command, _ = failure(lab.result_of(lab.load(card, repeated)))
    assert command == BppCommandId.LOAD_PROFILE_ELEMENTS
    assert card.nvm.profiles == ()


def test_a_segment_left_out_is_noticed() -> None:
    card = new_card()
    segments = segments_of(card, contents())
    del segments[-2]
    assert failure(lab.result_of(lab.load(card, segments)))[0] == BppCommandId.LOAD_PROFILE_ELEMENTS


def test_the_metadata_cannot_be_left_out() -> None:
    card = new_card()
    segments = [segment for segment in segments_of(card) if segment[0] not in (0xA1, 0x88)]
    assert failure(lab.result_of(lab.load(card, segments))) == (2, ErrorReason.SCP03T_STRUCTURE_ERROR)


def test_a_protected_tlv_of_another_kind_does_not_pass() -> None:
    card = new_card()
    segments = segments_of(card, contents())
    segments[3] = b"\x86" + segments[3][1:]
    assert failure(lab.result_of(lab.load(card, segments))) == (2, ErrorReason.SCP03T_STRUCTURE_ERROR)


def test_octets_behind_the_last_segment_spoil_it() -> None:
    card = new_card()
    segments = segments_of(card)
    segments[-1] += b"\x86\x00"
    assert failure(lab.result_of(lab.load(card, segments)))[1] == ErrorReason.SCP03T_STRUCTURE_ERROR
    assert card.nvm.profiles == ()


def test_a_cut_segment_is_a_structure_error() -> None:
    card = new_card()
    segments = segments_of(card)
    segments[-1] = segments[-1][:-1]
    assert failure(lab.result_of(lab.load(card, segments))) == (5, ErrorReason.SCP03T_STRUCTURE_ERROR)


@pytest.mark.parametrize(
    ("change", "command"),
    [
        ({"configure_isdp": bytes.fromhex("BF2401")}, 1),
        ({"metadata": bytes.fromhex("BF2500")}, 2),
        ({"ppk": PPK, "replace_session_keys": bytes.fromhex("BF2600")}, 4),
    ],
)
def test_a_malformed_command_inside_a_true_segment_is_an_incorrect_input(
    change: dict[str, Any], command: int
) -> None:
    result = refused_installation(contents(**change))
    assert failure(result) == (command, ErrorReason.INCORRECT_INPUT_VALUES)


def test_configuration_that_fits_into_no_segment_is_a_structure_error() -> None:
    result = refused_installation(contents(configure_isdp=tlv.encode(0xBF24, bytes(1100))))
    assert failure(result) == (1, ErrorReason.SCP03T_STRUCTURE_ERROR)


def test_profile_elements_under_other_keys_than_announced_are_refused() -> None:
    other = BspKeys(PPK.mcv, PPK.s_enc, b"\x99" * 16)
    fields = tlv.encode(0x80, other.mcv) + tlv.encode(0x81, other.s_enc) + tlv.encode(0x82, other.s_mac)
    result = refused_installation(contents(ppk=PPK, replace_session_keys=tlv.encode(0xBF26, fields)))
    assert failure(result) == (5, ErrorReason.SCP03T_SECURITY_ERROR)


# --- StoreMetadata and LoadProfileElements -----------------------------------------------------------------------


def test_the_same_profile_is_not_installed_twice() -> None:
    card = new_card()
    lab.install(card)
    before = lab.lasting(card)
    pir = lab.load(card, lab.bind(card, Smdp(), contents()))
    reason = ErrorReason.INSTALL_FAILED_DUE_TO_ICCID_ALREADY_EXISTS_ON_EUICC
    assert failure(lab.result_of(pir)) == (2, reason)
    reported = ProfileInstallationResult.decode(pir).profile_installation_result_data.value
    assert reported.notification_metadata.iccid == lab.ICCID
    assert lab.lasting(card)[:3] == before[:3]


def test_a_class_that_nobody_knows_is_refused() -> None:
    result = refused_installation(contents(about={"profile_class": 3}))
    assert failure(result) == (2, ErrorReason.UNSUPPORTED_PROFILE_CLASS)


def test_policy_rules_need_the_chips_permission() -> None:
    result = refused_installation(contents(about={"profile_policy_rules": 0b100}))
    assert failure(result) == (2, ErrorReason.PPR_NOT_ALLOWED)


def test_a_profile_that_does_not_fit_is_refused_as_soon_as_that_is_known() -> None:
    card = new_card(capacity=3000)
    large = lab.larger_package(8000)
    segments = lab.bind(card, Smdp(), contents(package=large))
    answer = lab.load(card, segments[:-3])
    reason = ErrorReason.INSTALL_FAILED_DUE_TO_INSUFFICIENT_MEMORY_FOR_PROFILE
    assert failure(lab.result_of(answer)) == (5, reason)


def test_metadata_that_do_not_fit_are_refused() -> None:
    result = refused_installation(contents(), card=new_card(capacity=1050))
    reason = ErrorReason.INSTALL_FAILED_DUE_TO_INSUFFICIENT_MEMORY_FOR_PROFILE
    assert failure(result) == (2, reason)


def test_a_package_of_another_iccid_is_a_mismatch() -> None:
    result = refused_installation(contents(package=lab.package(lab.SECOND_ICCID)))
    assert failure(result) == (5, ErrorReason.INSTALL_FAILED_DUE_TO_DATA_MISMATCH)


def test_a_package_that_cannot_be_carried_out_is_told_with_the_interpreters_answer() -> None:
    result = refused_installation(contents(package=b"this is no profile package"))
    assert failure(result) == (5, ErrorReason.INSTALL_FAILED_DUE_TO_PE_PROCESSING_ERROR)
    assert result.sima_response is not None
    response = EuiccResponse.decode(result.sima_response)
    assert response.profile_installation_aborted
    assert not response.is_success


# --- Sessions, power, retries ------------------------------------------------------------------------------------


def test_without_a_prepared_download_nothing_is_loaded() -> None:
    card, other = new_card(), new_card(seed="other")
    segments = segments_of(other)
    for prepare in (lambda: None, lambda: lab.challenge(card), lambda: lab.authenticate(card, Smdp())):
        prepare()
        before = card.euicc
        with pytest.raises(CardError) as raised:
            card.execute(segments[0])
        assert raised.value.status_word == 0x6985
        assert card.euicc is before


def test_a_package_begins_with_its_beginning() -> None:
    card = new_card()
    segments = segments_of(card)
    with pytest.raises(CardError) as raised:
        card.execute(segments[1])
    assert raised.value.status_word == 0x6985
    assert isinstance(lab.result_of(lab.load(card, segments)), SuccessResult)


def test_after_the_result_the_session_is_over() -> None:
    card = new_card()
    segments = segments_of(card)
    lab.load(card, segments)
    with pytest.raises(CardError) as raised:
        card.execute(segments[0])
    assert raised.value.status_word == 0x6985


def test_a_package_cannot_begin_twice() -> None:
    card = new_card()
    segments = segments_of(card)
    card.execute(segments[0])
    result = lab.result_of(card.execute(segments[0]))
    assert failure(result) == (1, ErrorReason.SCP03T_STRUCTURE_ERROR)


@pytest.mark.parametrize(("loaded", "command"), [(1, 1), (2, 2), (4, 5), (7, 5)])
def test_a_power_cut_while_loading_is_reported_at_the_next_start(loaded: int, command: int) -> None:
    card, smdp = new_card(), Smdp()
    segments = lab.bind(card, smdp, contents())
    for segment in segments[:loaded]:
        assert card.execute(segment) == b""
    card.reset()
    (notification,) = card.nvm.notifications
    reason = ErrorReason.INSTALL_FAILED_DUE_TO_INTERRUPTION
    assert failure(lab.result_of(notification.octets)) == (command, reason)
    assert notification.iccid == (lab.ICCID if loaded >= 4 else None)
    assert card.nvm.profiles == ()
    assert len(card.nvm.one_time_keys) == 1
    card.reset()
    assert len(card.nvm.notifications) == 1


def test_after_a_power_cut_the_same_package_can_be_loaded_in_a_new_session() -> None:
    card, smdp = new_card(), Smdp()
    first = lab.bind(card, smdp)
    for segment in first[:6]:
        card.execute(segment)
    card.reset()
    lab.authenticate(card, smdp)
    smdp.take_preparation(card.execute(smdp.prepare_download(otpk=smdp.euicc_otpk)))
    second = lab.cut(smdp.bind(card.nvm.identity.eid, contents()))
    # The same transaction id here, so all octets are the same: nothing of the package had to be made anew.
    assert second == first
    assert isinstance(lab.result_of(lab.load(card, second)), SuccessResult)


def test_a_failed_installation_keeps_the_one_time_key_for_a_retry() -> None:
    card = new_card()
    segments = segments_of(card)
    segments[-1] = flip(segments[-1], -1)
    lab.load(card, segments)
    assert len(card.nvm.one_time_keys) == 1


def test_a_new_challenge_gives_the_installation_up_without_a_report() -> None:
    card = new_card()
    for segment in segments_of(card)[:6]:
        card.execute(segment)
    assert isinstance(card.euicc.ram.session, ProfileLoading)
    lab.challenge(card)
    card.reset()
    assert card.nvm.notifications == ()
    assert card.nvm.installation is None


def test_while_loading_nothing_else_changes_the_chip() -> None:
    card = new_card()
    segments = segments_of(card)
    for segment in segments[:5]:
        card.execute(segment)
    for command in ("BF3F028000", "BF31095A0A98", "BF3404820205E0", "BF3003800101", "BF2900"):
        with pytest.raises(CardError) as raised:
            card.execute(bytes.fromhex(command))
        assert raised.value.status_word == 0x6985
    for command in ("BF2000", "BF2200", "BF3C00", "BF2D00", "BF2800", "BF2B00", "BF4300", "BF3E035C015A"):
        assert card.execute(bytes.fromhex(command))
    assert isinstance(lab.result_of(lab.load(card, segments[5:])), SuccessResult)


def test_an_unknown_segment_leaves_the_session_alone() -> None:
    card = new_card()
    segments = segments_of(card)
    for segment in segments[:5]:
        card.execute(segment)
    with pytest.raises(CardError) as raised:
        card.execute(b"\x89\x00")
    assert raised.value.status_word == 0x6A88
    assert isinstance(lab.result_of(lab.load(card, segments[5:])), SuccessResult)


def test_installations_asked_for_elsewhere_are_told_there_too() -> None:
    card = new_card()
    told = lab.metadata().notification_configuration_info
    assert told is not None
    everywhere = tuple(
        replace(told[0], profile_management_operation=lab.ALL_EVENTS, notification_address=address)
        for address in (lab.ADDRESS, lab.OTHER_ADDRESS)
    )
    lab.download(card, contents(about={"notification_configuration_info": everywhere}))
    told_to = [(one.seq_number, one.address, one.octets[:2].hex()) for one in card.nvm.notifications]
    assert told_to == [(1, lab.ADDRESS, "bf37"), (2, lab.OTHER_ADDRESS, "3082")]


# --- Packages of others ------------------------------------------------------------------------------------------


def test_test_profiles_of_the_industry_are_installed(shared: Path) -> None:
    files = sorted((shared / "ts48").glob("*.der"))
    assert len(files) == 4
    iccid = Iccid.parse("89000123456789012341")
    for file in files:
        card = new_card()
        what = Contents(metadata=lab.metadata(iccid, profile_class=0).encode(), package=file.read_bytes())
        assert isinstance(lab.download(card, what), SuccessResult), file.name
        assert card.nvm.profiles[0].package.octets == file.read_bytes()


def test_an_unused_key_of_an_unknown_server_does_no_harm() -> None:
    record = OneTimeKeyRecord(
        smdp_oid=lab.world()["dpauth"].certificate.oid,  # type: ignore[arg-type]
        curve=Curve.BRAINPOOL_P256R1,
        public_key=bytes(65),
        private_key=Secret(bytes(31) + b"\x01"),
    )
    card = new_card(one_time_keys=(record,))
    lab.prepare(card, Smdp(), otpk=bytes(65))
    assert [key.public_key == bytes(65) for key in card.nvm.one_time_keys] == [True, False]
