"""The card behind the chip's channels: that of the enabled profile, or one without a subscription.

A card is made when the first command for it comes, and again after every change of profile and every reset; what was selected and
which PINs were given is then gone.

When a change takes effect (SGP.22 v2.5 §3.2.1, §5.7.16, §5.7.17): the chip's memory changes at once, and what it signs about it.
The card changes at once too, unless the LPA asked for a refresh *and* the terminal takes proactive commands: then the card that
the terminal is working with stays until the terminal has answered REFRESH, or resets the card, which is how it carries REFRESH out.
A power cut in between leads to the same place. A terminal that never sent TERMINAL PROFILE is asked nothing, and finds the new card
with its next command.

Source: SGP.22 v2.5 §2.4, §3.2; ETSI TS 102 221 §8, §11.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from openesim.kernel.ambient import Entropy
from openesim.provisioning.euicc import profiles
from openesim.provisioning.euicc.channels import Channel
from openesim.provisioning.euicc.state import Euicc, Nvm, PresentCard, Profile
from openesim.provisioning.euicc.toolkit import Dialogue
from openesim.provisioning.uicc.build import build_image
from openesim.provisioning.uicc.card import Card, Reply, Selection
from openesim.provisioning.uicc.command_apdu import CommandApdu
from openesim.provisioning.uicc.empty import empty_image
from openesim.provisioning.uicc.memory import UNTOUCHED
from openesim.provisioning.uicc.select import forget_own_pins

Execute = Callable[[Card, CommandApdu, Entropy], Reply]


def execute_on_card(
    euicc: Euicc, command: CommandApdu, entropy: Entropy, execute: Execute
) -> tuple[Euicc, Channel, bytes, int]:
    """Carry out a command on the card.

    Args:
        euicc: the chip before.
        command: the command.
        entropy: source of challenges and one-time keys.
        execute: what commands mean: those of a UICC, or of GSM.

    Returns:
        The chip after, the channel after, which is not yet in its place, response data, status word. What the command
        changed stands in the profile's memory.
    """
    euicc, present, profile = _present(euicc)
    channel = euicc.ram.channels[command.channel] or Channel()
    memory = UNTOUCHED if profile is None else profile.card_memory
    selection = channel.selection or Selection(present.image.root)
    after, data, word = execute(Card(present.image, memory, selection, present.verified), command, entropy)
    if after.memory is not memory and profile is not None:
        euicc = euicc.with_nvm(profiles.put(euicc.nvm, replace(profile, card_memory=after.memory)))
    if after.verified is not present.verified:
        euicc = euicc.with_card(replace(present, verified=after.verified))
    if after.selection is not selection:
        channel = Channel(selection=after.selection)
    return euicc, channel, data, word


def profile_of_card(euicc: Euicc) -> tuple[Euicc, Profile | None]:
    """Return the profile whose card the terminal works with, or None, and the chip with that card in it."""
    euicc, _, profile = _present(euicc)
    return euicc, profile


def switch(euicc: Euicc, nvm: Nvm, *, refresh: bool) -> Euicc:
    """Return the chip after a change of profile.

    Args:
        euicc: the chip before.
        nvm: its memory after.
        refresh: whether the terminal is to be asked for a refresh, if it takes such commands.

    Source: SGP.22 v2.5 §5.7.16, §5.7.17.
    """
    if refresh and euicc.ram.dialogue.listens:
        kept, *_ = _present(euicc)
        return kept.with_nvm(nvm).with_dialogue(Dialogue.WAITING)
    return take_out(euicc.with_nvm(nvm))


def leave(euicc: Euicc, number: int, channel: Channel | None) -> Euicc:
    """Return the chip with a channel closed, or with an application of its own selected; a session on the card ends.

    Source: ETSI TS 102 221 §8.5.2, §9.5.1.
    """
    left, present = euicc.ram.channels[number], euicc.ram.card
    application = left and left.selection and left.selection.application
    if application and present is not None:
        verified = forget_own_pins(present.verified, application)
        euicc = euicc.with_card(replace(present, verified=verified))
    return euicc.with_channel(number, channel)


def take_out(euicc: Euicc) -> Euicc:
    """Return the chip without the card that was in use: the next command makes one of the profile enabled now."""
    channels = tuple(channel and replace(channel, selection=None) for channel in euicc.ram.channels)
    return euicc.with_channels(channels).with_card(None)


def _present(euicc: Euicc) -> tuple[Euicc, PresentCard, Profile | None]:
    """Return the card that is in use, made now where there is none, with the chip it is in and the profile that makes it.

    A profile that was deleted while its card was still in use, between a change of profile and the terminal's refresh, takes
    its card with it.
    """
    present = euicc.ram.card
    if present is not None:
        profile = None if present.aid is None else profiles.find_profile(euicc.nvm, present.aid)
        if present.aid is None or profile is not None:
            return euicc, present, profile
    enabled = profiles.enabled_profile(euicc.nvm)
    if enabled is None:
        present = PresentCard(None, empty_image())
    else:
        present = PresentCard(enabled.aid, build_image(enabled.package))
    return take_out(euicc).with_card(present), present, enabled
