"""Names of the services in the service tables of USIM and ISIM, by number.

Source: 3GPP TS 31.102 §4.2.8 (EF.UST), §4.2.47 (EF.EST); TS 31.103 §4.2.7 (EF.IST).
"""

from __future__ import annotations

_UST = """
local phone book; FDN; extension 2; SDN; extension 3; BDN; extension 4; outgoing call information;
incoming call information; SMS; SMS status reports; SMS parameters; advice of charge;
capability configuration 2; cell broadcast message ids; cell broadcast id ranges; GID1; GID2;
service provider name; user PLMN list; MSISDN; images; localised service areas; eMLPP;
automatic answer for eMLPP; ; GSM access; SMS-PP data download; SMS-CB data download;
call control by USIM; MO-SMS control by USIM; RUN AT COMMAND; always on; enabled services table;
APN control list; depersonalisation keys; co-operative networks; GSM security context; CPBCCH;
investigation scan; MExE; operator PLMN list; home PLMN list; extension 5; PLMN network name;
operator PLMN names by area; mailbox numbers; message waiting; call forwarding; ;
service provider display; MMS; extension 8; call control on GPRS; MMS user connectivity;
network alerting; VGCS groups; VBS groups; pseudonym; I-WLAN user PLMN list;
I-WLAN operator PLMN list; user WSIDs; operator WSIDs; VGCS security; VBS security;
WLAN reauthentication identity; multimedia message storage; GBA; MBMS security;
USSD data download; equivalent HPLMN; additional TERMINAL PROFILE; EHPLMN presentation;
last RPLMN selection; OMA BCAST; GBA local keys; terminal applications; SPN icon; PNN icon;
USIM IP connections; home I-WLAN id list; I-WLAN EHPLMN presentation; I-WLAN HPLMN priority;
I-WLAN last PLMN; EPS mobility information; allowed CSG lists; call control on EPS PDN;
HPLMN direct access; eCall data; operator CSG lists; SM over IP; CSG display control;
IMS communication control by USIM; extended terminal applications; UICC access to IMS;
NAS configuration; PWS configuration; ; URI support; extended EARFCN; ProSe;
USAT application pairing; media type; IMS call disconnection cause; URI for MO-SMS control;
ePDG information supported; ePDG information configured; ACDC; mission critical services;
emergency ePDG supported; emergency ePDG configured; eCall over IMS; URI for SMS-PP download;
From preferred; IMS configuration data; TV configuration; PS data off; PS data off service list;
V2X; XCAP configuration; EARFCN list for MTC; 5GS mobility information; 5G security parameters;
subscription identifier privacy; SUCI calculation by the USIM; UAC access identities;
steering of roaming at registration; call control on PDU session; 5GS operator PLMN list;
SUPI of type NSI, GLI or GCI; PS data off, home and roaming apart; URSP;
extended 5G security parameters; MuD and MiD configuration; trusted non-3GPP access;
several NAS security contexts; CAG list; SOR-CMCI; 5G ProSe; disaster roaming; eDRX parameters;
5G NSWO; PWS configuration for SNPN; PLMN search by satellite; K_AUSF derivation;
network identifier for SNPN
"""

_EST = "FDN; BDN; APN control list"

_IST = """
P-CSCF address; GBA; HTTP digest; GBA local keys; P-CSCF discovery for local breakout; SMS;
SMS status reports; SM over IP; IMS communication control; UICC access to IMS; URI support;
media type; IMS call disconnection cause; URI for MO-SMS control; mission critical services;
URI for SMS-PP download; From preferred; IMS configuration data; XCAP configuration; WebRTC URI;
MuD and MiD configuration
"""


def _parse(text: str) -> dict[int, str]:
    """Return names by number, counted from 1; an empty place has no name."""
    names = (" ".join(name.split()) for name in text.split(";"))
    return {number: name for number, name in enumerate(names, 1) if name}


UST_NAMES = _parse(_UST)
"""Services of the USIM."""

EST_NAMES = _parse(_EST)
"""Services of the USIM that a user may switch."""

IST_NAMES = _parse(_IST)
"""Services of the ISIM."""
