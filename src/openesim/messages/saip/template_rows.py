"""Rows of the file templates, as text: what ``templates`` reads.

Columns: member of the module, name, FID (or range), type (MF, DF, ADF, TR transparent, LF linear fixed, CY
cyclic, BT BER-TLV), size (records x length; n = the profile must give it), number of the access rule, SFI in
hex, default content (X...Y: X, its last octet repeated, Y at the very end), Y where the profile must give
the content, services of the service table the file belongs to, HU for a high update rate; - for nothing.

A table that is based on another holds only what is new or different.

Source: TCA eUICC Profile Package, Annex A (Files…).
"""

from __future__ import annotations

_MF = """
    mf        MF        3F00  MF  n    14  -   -        -  -  -
    ef-pl     EF.PL     2F05  TR  2    1   05  FF...FF  -  -  -
    ef-iccid  EF.ICCID  2FE2  TR  10   11  -   -        Y  -  -
    ef-dir    EF.DIR    2F00  LF  nxn  10  1E  -        Y  -  -
    ef-arr    EF.ARR    2F06  LF  nxn  10  -   -        Y  -  -
    ef-umpc   EF.UMPC   2F08  TR  5    10  08  -        -  -  -
"""

_CD = """
    df-cd         DF.CD         7F11        DF  n  14  -  -  -  -  -
    ef-launchpad  EF.LAUNCHPAD  6F01        TR  n  2   -  -  Y  -  -
    ef-icon       EF.ICON       6F40..6F7E  TR  n  2   -  -  Y  -  -
"""

_TELECOM = """
    df-telecom       DF.TELECOM       7F10        DF  n      14  -   -          -  -      -
    ef-arr           EF.ARR           6F06        LF  nxn    10  -   -          Y  -      -
    ef-rma           EF.RMA           6F53        LF  nxn    3   -   -          Y  -      -
    ef-sume          EF.SUME          6F54        TR  22     3   -   -          Y  -      -
    ef-ice-dn        EF.ICE_DN        6FE0        LF  50x24  9   -   FF...FF    -  -      -
    ef-ice-ff        EF.ICE_FF        6FE1        LF  nxn    9   -   FF...FF    -  -      -
    ef-psismsc       EF.PSISMSC       6FE5        LF  nxn    5   -   -          Y  12,91  -
    df-graphics      DF.GRAPHICS      5F50        DF  n      14  -   -          -  -      -
    ef-img           EF.IMG           4F20        LF  nxn    2   -   00FF...FF  -  -      -
    ef-ice-graphics  EF.ICE_GRAPHICS  4F21        BT  n      9   -   -          -  -      -
    ef-launch-scws   EF.LAUNCH_SCWS   4F01        TR  n      10  -   -          Y  -      -
    ef-iidf          EF.IIDF          4F40..4F7F  TR  n      2   -   FF...FF    -  -      -
    ef-icon          EF.ICON          4F80..4FBF  TR  n      10  -   -          Y  -      -
    df-phonebook     DF.PHONEBOOK     5F3A        DF  n      14  -   -          Y  -      -
    ef-pbr           EF.PBR           4F30        LF  nxn    2   -   -          Y  -      -
    ef-ext1          EF.EXT1          4F38..4F3F  LF  nx13   5   -   00FF...FF  -  -      -
    ef-aas           EF.AAS           4F40..4F47  LF  nxn    5   -   FF...FF    -  -      -
    ef-gas           EF.GAS           4F48..4F4F  LF  nxn    5   -   FF...FF    -  -      -
    ef-psc           EF.PSC           4F22        TR  4      5   -   00000000   -  -      -
    ef-cc            EF.CC            4F23        TR  2      5   -   0000       -  -      HU
    ef-puid          EF.PUID          4F24        TR  2      5   -   0000       -  -      HU
    ef-iap           EF.IAP           4F50..4F57  LF  nxn    5   -   FF...FF    -  -      -
    ef-adn           EF.ADN           4F58..4F5F  LF  nxn    5   -   FF...FF    -  -      -
    ef-pbc           EF.PBC           4F60..4F67  LF  nx2    5   -   00...00    -  -      -
    ef-anr           EF.ANR           4F68..4F6F  LF  nxn    5   -   FF...FF    -  -      -
    ef-puri          EF.PURI          4F70..4F77  LF  nxn    5   -   -          Y  -      -
    ef-email         EF.EMAIL         4F78..4F7F  LF  nxn    5   -   FF...FF    -  -      -
    ef-sne           EF.SNE           4F80..4F87  LF  nxn    5   -   FF...FF    -  -      -
    ef-uid           EF.UID           4F88..4F8F  LF  nx2    5   -   0000       -  -      -
    ef-grp           EF.GRP           4F90..4F97  LF  nxn    5   -   00...00    -  -      -
    ef-ccp1          EF.CCP1          4F98..4F9F  LF  nxn    5   -   FF...FF    -  -      -
    df-multimedia    DF.MULTIMEDIA    5F3B        DF  n      14  -   -          -  67     -
    ef-mml           EF.MML           4F47        BT  n      5   -   -          -  67     -
    ef-mmdf          EF.MMDF          4F48        BT  n      5   -   -          -  67     -
    df-mmss          DF.MMSS          5F3C        DF  n      14  -   -          -  -      -
    ef-mlpl          EF.MLPL          4F20        TR  n      2   01  -          Y  -      -
    ef-mspl          EF.MSPL          4F21        TR  n      2   02  -          Y  -      -
    ef-mmssmode      EF.MMSSMODE      4F22        TR  1      2   03  -          Y  -      -
"""

_TELECOMV2 = """
    ef-ice-graphics  EF.ICE_GRAPHICS  4F21  BT  n  9   -   -  -  -    -
    df-mcs           DF.MCS           5F3D  DF  n  14  -   -  -  109  -
    ef-mst           EF.MST           4F01  TR  n  2   01  -  Y  109  -
    ef-mcs-config    EF.MCSCONFIG     4F02  BT  n  2   02  -  Y  109  -
    df-v2x           DF.V2X           5F3E  DF  n  14  -   -  -  119  -
    ef-vst           EF.VST           4F01  TR  n  2   01  -  Y  119  -
    ef-v2x-config    EF.V2X_CONFIG    4F02  BT  n  2   02  -  Y  119  -
    ef-v2xp-pc5      EF.V2XP_PC5      4F03  TR  n  2   -   -  Y  119  -
    ef-v2xp-Uu       EF.V2XP_Uu       4F04  TR  n  2   -   -  Y  119  -
"""

_USIM_MANDATORY = """
    adf-usim      ADF.USIM      -     ADF  n       14  -   -                                     -  -          -
    ef-imsi       EF.IMSI       6F07  TR   9       2   07  -                                     Y  -          -
    ef-arr        EF.ARR        6F06  LF   nxn     10  17  -                                     Y  -          -
    ef-keys       EF.Keys       6F08  TR   33      5   08  07FF...FF                             -  -          HU
    ef-keysPS     EF.KeysPS     6F09  TR   33      5   09  07FF...FF                             -  -          HU
    ef-hpplmn     EF.HPPLMN     6F31  TR   1       2   12  0A                                    -  -          -
    ef-ust        EF.UST        6F38  TR   14      2   04  -                                     Y  -          -
    ef-fdn        EF.FDN        6F3B  LF   20x26   8   -   FF...FF                               -  2,89       -
    ef-sms        EF.SMS        6F3C  LF   10x176  5   -   00FF...FF                             -  10         -
    ef-smsp       EF.SMSP       6F42  LF   1x38    5   -   FF...FF                               -  12         -
    ef-smss       EF.SMSS       6F43  TR   2       5   -   FFFF                                  -  10         -
    ef-spn        EF.SPN        6F46  TR   17      10  -   -                                     Y  19         -
    ef-est        EF.EST        6F56  TR   1       8   05  -                                     Y  2,6,34,35  -
    ef-start-hfn  EF.START-HFN  6F5B  TR   6       5   0F  F00000F00000                          -  -          HU
    ef-threshold  EF.THRESHOLD  6F5C  TR   3       2   10  FFFFFF                                -  -          -
    ef-psloci     EF.PSLOCI     6F73  TR   14      5   0C  FFFFFFFFFFFFFFFFFFFF0000FF01          -  -          HU
    ef-acc        EF.ACC        6F78  TR   2       2   06  -                                     Y  -          -
    ef-fplmn      EF.FPLMN      6F7B  TR   12      5   0D  FF...FF                               -  -          -
    ef-loci       EF.LOCI       6F7E  TR   11      5   0B  FFFFFFFFFFFFFF0000FF01                -  -          HU
    ef-ad         EF.AD         6FAD  TR   4       10  03  00000002                              -  -          -
    ef-ecc        EF.ECC        6FB7  LF   1x4     10  01  -                                     Y  -          -
    ef-netpar     EF.NETPAR     6FC4  TR   128     5   -   FF...FF                               -  -          HU
    ef-epsloci    EF.EPSLOCI    6FE3  TR   18      5   1E  FFFFFFFFFFFFFFFFFFFFFFFFFFFFFF000001  -  85         HU
    ef-epsnsc     EF.EPSNSC     6FE4  LF   1x80    5   18  FF...FF                               -  85         HU
"""

_USIM_MANDATORYV2 = """
    ef-ust  EF.UST  6F38  TR  17  2  04  -  Y  -  -
"""

_USIM_OPTIONAL = """
    ef-li         EF.LI         6F05  TR  6      1   02  FF...FF                                                       -  -      -
    ef-acmax      EF.ACMmax     6F37  TR  3      5   -   000000                                                        -  13     -
    ef-acm        EF.ACM        6F39  CY  1x3    7   -   000000                                                        -  13     HU
    ef-gid1       EF.GID1       6F3E  TR  8      2   -   -                                                             Y  17     -
    ef-gid2       EF.GID2       6F3F  TR  8      2   -   -                                                             Y  18     -
    ef-msisdn     EF.MSISDN     6F40  LF  1x24   2   -   FF...FF                                                       -  21     -
    ef-puct       EF.PUCT       6F41  TR  5      5   -   FFFFFF0000                                                    -  13     -
    ef-cbmi       EF.CBMI       6F45  TR  10     5   -   FF...FF                                                       -  15     -
    ef-cbmid      EF.CBMID      6F48  TR  10     2   0E  FF...FF                                                       -  29     -
    ef-sdn        EF.SDN        6F49  LF  10x24  2   -   FF...FF                                                       -  4,89   -
    ef-ext2       EF.EXT2       6F4B  LF  10x13  8   -   00FF...FF                                                     -  3      -
    ef-ext3       EF.EXT3       6F4C  LF  10x13  2   -   00FF...FF                                                     -  5      -
    ef-cbmir      EF.CBMIR      6F50  TR  20     5   -   FF...FF                                                       -  16     -
    ef-plmnwact   EF.PLMNwAcT   6F60  TR  40     5   0A  FFFFFF0000                                                    -  20     -
    ef-oplmnwact  EF.OPLMNwAcT  6F61  TR  40     2   11  FFFFFF0000                                                    -  42     -
    ef-hplmnwact  EF.HPLMNwAcT  6F62  TR  5      2   13  FFFFFF0000                                                    -  43     -
    ef-dck        EF.DCK        6F2C  TR  16     5   -   FF...FF                                                       -  36     -
    ef-cnl        EF.CNL        6F32  TR  30     2   -   FF...FF                                                       -  37     -
    ef-smsr       EF.SMSR       6F47  LF  10x30  5   -   00FF...FF                                                     -  11     -
    ef-bdn        EF.BDN        6F4D  LF  10x25  8   -   FF...FF                                                       -  6      -
    ef-ext5       EF.EXT5       6F4E  LF  10x13  5   -   00FF...FF                                                     -  44     -
    ef-ccp2       EF.CCP2       6F4F  LF  5x15   5   16  FF...FF                                                       -  14     -
    ef-ext4       EF.EXT4       6F55  LF  10x13  8   -   00FF...FF                                                     -  7      -
    ef-acl        EF.ACL        6F57  TR  101    8   -   00FF...FF                                                     -  35     -
    ef-cmi        EF.CMI        6F58  LF  10x11  2   -   FF...FF                                                       -  6      -
    ef-ici        EF.ICI        6F80  CY  20x38  5   14  FF...FF0000000001FFFF                                         -  9      HU
    ef-oci        EF.OCI        6F81  CY  20x37  5   15  FF...FF00000001FFFF                                           -  8      HU
    ef-ict        EF.ICT        6F82  CY  1x3    7   -   000000                                                        -  9      HU
    ef-oct        EF.OCT        6F83  CY  1x3    7   -   000000                                                        -  8      HU
    ef-vgcs       EF.VGCS       6FB1  TR  20     2   -   -                                                             Y  57     -
    ef-vgcss      EF.VGCSS      6FB2  TR  7      5   -   -                                                             Y  57     -
    ef-vbs        EF.VBS        6FB3  TR  20     2   -   -                                                             Y  58     -
    ef-vbss       EF.VBSS       6FB4  TR  7      5   -   -                                                             Y  58     -
    ef-emlpp      EF.eMLPP      6FB5  TR  2      2   -   -                                                             Y  24     -
    ef-aaem       EF.AaeM       6FB6  TR  1      5   -   00                                                            -  25     -
    ef-hiddenkey  EF.HiddenKey  6FC3  TR  4      5   -   FF...FF                                                       -  -      -
    ef-pnn        EF.PNN        6FC5  LF  10x16  10  19  -                                                             Y  45     -
    ef-opl        EF.OPL        6FC6  LF  5x8    10  1A  -                                                             Y  46     -
    ef-mbdn       EF.MBDN       6FC7  LF  3x24   5   -   -                                                             Y  47     -
    ef-ext6       EF.EXT6       6FC8  LF  10x13  5   -   00FF...FF                                                     -  47     -
    ef-mbi        EF.MBI        6FC9  LF  10x5   5   -   -                                                             Y  47     -
    ef-mwis       EF.MWIS       6FCA  LF  10x6   5   -   00...00                                                       -  48     HU
    ef-cfis       EF.CFIS       6FCB  LF  10x16  5   -   0100FF...FF                                                   -  49     -
    ef-ext7       EF.EXT7       6FCC  LF  10x13  5   -   00FF...FF                                                     -  49     -
    ef-spdi       EF.SPDI       6FCD  TR  17     2   1B  -                                                             Y  51     -
    ef-mmsn       EF.MMSN       6FCE  LF  10x6   5   -   000000FF...FF                                                 -  52     -
    ef-ext8       EF.EXT8       6FCF  LF  10x13  5   -   00FF...FF                                                     -  53     -
    ef-mmsicp     EF.MMSICP     6FD0  TR  100    2   -   FF...FF                                                       -  52     -
    ef-mmsup      EF.MMSUP      6FD1  LF  nxn    5   -   FF...FF                                                       -  52     -
    ef-mmsucp     EF.MMSUCP     6FD2  TR  100    5   -   FF...FF                                                       -  52,55  -
    ef-nia        EF.NIA        6FD3  LF  5x11   2   -   FF...FF                                                       -  56     -
    ef-vgcsca     EF.VGCSCA     6FD4  TR  n      2   -   00...00                                                       -  64     -
    ef-vbsca      EF.VBSCA      6FD5  TR  n      2   -   00...00                                                       -  65     -
    ef-gbabp      EF.GBABP      6FD6  TR  n      5   -   FF...FF                                                       -  68     -
    ef-msk        EF.MSK        6FD7  LF  nxn    2   -   FF...FF                                                       -  69     HU
    ef-muk        EF.MUK        6FD8  LF  nxn    2   -   FF...FF                                                       -  69     -
    ef-ehplmn     EF.EHPLMN     6FD9  TR  15     2   1D  FF...FF                                                       -  71     -
    ef-gbanl      EF.GBANL      6FDA  LF  nxn    2   -   FF...FF                                                       -  68     -
    ef-ehplmnpi   EF.EHPLMNPI   6FDB  TR  1      2   -   00                                                            -  71,73  -
    ef-lrplmnsi   EF.LRPLMNSI   6FDC  TR  1      2   -   00                                                            -  74     -
    ef-nafkca     EF.NAFKCA     6FDD  LF  nxn    2   -   FF...FF                                                       -  68,76  -
    ef-spni       EF.SPNI       6FDE  TR  n      10  -   00FF...FF                                                     -  78     -
    ef-pnni       EF.PNNI       6FDF  LF  nxn    10  -   00FF...FF                                                     -  79     -
    ef-ncp-ip     EF.NCP-IP     6FE2  LF  nxn    2   -   -                                                             Y  80     -
    ef-ufc        EF.UFC        6FE6  TR  30     10  -   801E60C01E900080040000000000000000F0000000004000000000000080  -  -      -
    ef-nasconfig  EF.NASCONFIG  6FE8  TR  18     2   -   -                                                             Y  96     -
    ef-uicciari   EF.UICCIARI   6FE7  LF  nxn    2   -   -                                                             Y  95     -
    ef-pws        EF.PWS        6FEC  TR  n      10  -   -                                                             Y  97     -
    ef-fdnuri     EF.FDNURI     6FED  LF  nxn    8   -   FF...FF                                                       -  2,99   -
    ef-bdnuri     EF.BDNURI     6FEE  LF  nxn    8   -   FF...FF                                                       -  6,99   -
    ef-sdnuri     EF.SDNURI     6FEF  LF  nxn    2   -   FF...FF                                                       -  4,99   -
    ef-ial        EF.IWL        6FF0  LF  nxn    3   -   FF...FF                                                       -  102    -
    ef-ips        EF.IPS        6FF1  CY  nx4    10  -   FF...FF                                                       -  102    HU
    ef-ipd        EF.IPD        6FF2  LF  nxn    3   -   FF...FF                                                       -  102    HU
"""

_USIM_OPTIONALV2 = """
    ef-plmnwact                  EF.PLMNwAcT        6F60  TR  40   5   0A  FFFFFF0000FFFFFF0000FFFFFF0000FFFFFF0000FFFFFF0000FFFFFF0000FFFFFF0000FFFFFF0000  -  20       -
    ef-oplmnwact                 EF.OPLMNwAcT       6F61  TR  40   2   11  FFFFFF0000FFFFFF0000FFFFFF0000FFFFFF0000FFFFFF0000FFFFFF0000FFFFFF0000FFFFFF0000  -  42       -
    ef-epdgid                    EF.EPDGID          6FF3  TR  n    2   -   -                                                                                 Y  106,107  -
    ef-epdgselection             EF.EPDGSELECTION   6FF4  TR  n    2   -   -                                                                                 Y  106,107  -
    ef-epdgidem                  EF.EPDGIDEM        6FF5  TR  n    2   -   -                                                                                 Y  110,111  -
    ef-epdgselectionem           EF.EPDGIDEMSEL     6FF6  TR  n    2   -   -                                                                                 Y  110,111  -
    ef-frompreferred             EF.FromPreferred   6FF7  TR  1    2   -   00                                                                                -  114      -
    ef-imsconfigdata             EF.IMSConfigData   6FF8  BT  n    2   -   -                                                                                 Y  115      -
    ef-3gpppsdataoff             EF.3GPPPSDataOff   6FF9  TR  4    2   -   -                                                                                 Y  117      -
    ef-3gpppsdataoffservicelist  EF.3GPPPSDOSLIST   6FFA  LF  nxn  2   -   -                                                                                 Y  118      -
    ef-xcapconfigdata            EF.XCAPConfigData  6FFC  BT  n    2   -   -                                                                                 Y  120      -
    ef-earfcnlist                EF.EARFCNLIST      6FFD  TR  n    10  -   -                                                                                 Y  121      -
    ef-mudmidconfigdata          EF.MudMidCfgdata   6FFE  BT  n    2   -   -                                                                                 Y  134      -
"""

_USIM_OPTIONALV3 = """
    ef-eaka  EF.eAKA  6F01  TR  1  3  -  -  Y  -  -
"""

_PHONEBOOK = """
    df-phonebook  DF.PHONEBOOK  5F3A        DF  n     14  -  -          Y  -  -
    ef-pbr        EF.PBR        4F30        LF  nxn   2   -  -          Y  -  -
    ef-ext1       EF.EXT1       4F38..4F3F  LF  nx13  5   -  00FF...FF  -  -  -
    ef-aas        EF.AAS        4F40..4F47  LF  nxn   5   -  FF...FF    -  -  -
    ef-gas        EF.GAS        4F48..4F4F  LF  nxn   5   -  FF...FF    -  -  -
    ef-psc        EF.PSC        4F22        TR  4     5   -  00000000   -  -  -
    ef-cc         EF.CC         4F23        TR  2     5   -  0000       -  -  HU
    ef-puid       EF.PUID       4F24        TR  2     5   -  0000       -  -  HU
    ef-iap        EF.IAP        4F50..4F57  LF  nxn   5   -  FF...FF    -  -  -
    ef-adn        EF.ADN        4F58..4F5F  LF  nxn   5   -  FF...FF    -  -  -
    ef-pbc        EF.PBC        4F60..4F67  LF  nx2   5   -  00...00    -  -  -
    ef-anr        EF.ANR        4F68..4F6F  LF  nxn   5   -  FF...FF    -  -  -
    ef-puri       EF.PURI       4F70..4F77  LF  nxn   5   -  -          Y  -  -
    ef-email      EF.EMAIL      4F78..4F7F  LF  nxn   5   -  FF...FF    -  -  -
    ef-sne        EF.SNE        4F80..4F87  LF  nxn   5   -  FF...FF    -  -  -
    ef-uid        EF.UID        4F88..4F8F  LF  nx2   5   -  0000       -  -  -
    ef-grp        EF.GRP        4F90..4F97  LF  nxn   5   -  00...00    -  -  -
    ef-ccp1       EF.CCP1       4F98..4F9F  LF  nxn   5   -  FF...FF    -  -  -
"""

_GSMACCESS = """
    df-gsm-access  DF.GSM-ACCESS  5F3B  DF  n   14  -   -          -  27  -
    ef-kc          EF.Kc          4F20  TR  9   5   01  FF...FF07  -  27  HU
    ef-kcgprs      EF.KcGPRS      4F52  TR  9   5   02  FF...FF07  -  27  HU
    ef-cpbcch      EF.CPBCCH      4F63  TR  10  5   -   FF...FF    -  39  HU
    ef-invscan     EF.InvScan     4F64  TR  1   2   -   00         -  40  -
"""

_5GS = """
    df-df-5gs             DF.5GS                5FC0  DF  n     14  -   -                                         -  122,126,127,128,129,130  -
    ef-5gs3gpploci        EF.5GS3GPPLOCI        4F01  TR  20    5   01  FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000001  -  122                      HU
    ef-5gsn3gpploci       EF.5GSN3GPPLOCI       4F02  TR  20    5   02  FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000001  -  122                      HU
    ef-5gs3gppnsc         EF.5GS3GPPNSC         4F03  LF  1x57  5   03  FF...FF                                   -  122                      HU
    ef-5gsn3gppnsc        EF.5GSN3GPPNSC        4F04  LF  1x57  5   04  FF...FF                                   -  122                      HU
    ef-5gauthkeys         EF.5GAUTHKEYS         4F05  TR  110   5   05  -                                         Y  123                      HU
    ef-uac-aic            EF.UAC_AIC            4F06  TR  4     2   06  -                                         Y  126                      -
    ef-suci-calc-info     EF.SUCI_Calc_Info     4F07  TR  n     2   07  FF...FF                                   -  124                      -
    ef-opl5g              EF.OPL5G              4F08  LF  nx10  10  08  FF...FF                                   -  129                      -
    ef-supinai            EF.SUPI_NAI           4F09  TR  n     2   09  -                                         Y  130                      -
    ef-routing-indicator  EF.Routing_Indicator  4F0A  TR  4     2   0A  F0FFFFFF                                  -  124                      -
"""

_5GSV2 = """
    ef-ursp       EF.URSP       4F0B  BT  n  2  -   -   -  132  -
    ef-tn3gppsnn  EF.TN3GPPSNN  4F0C  TR  1  2  0C  00  -  135  -
"""

_5GSV3 = """
    ef-5gs3gppnsc   EF.5GS3GPPNSC   4F03  LF  2x62  5  03  FF...FF  -  122,136  HU
    ef-5gsn3gppnsc  EF.5GSN3GPPNSC  4F04  LF  2x62  5  04  FF...FF  -  122,136  HU
"""

_5GSV4 = """
    ef-routing-indicator  EF.Routing_Indicator  4F0A  TR  4  2  0A  F0FF0000  -  124  -
    ef-cag                EF.CAG                4F0D  TR  2  2  0D  -         Y  137  -
    ef-sor-cmci           EF.SOR_CMCI           4F0E  TR  n  2  0E  -         Y  138  -
    ef-dri                EF.DRI                4F0F  TR  7  2  0F  -         Y  140  -
    ef-5gsedrx            EF.5GSEDRX            4F10  TR  2  2  10  -         Y  141  -
    ef-5gnswo-conf        EF.5GNSWO_CONF        4F11  TR  1  2  11  -         Y  142  -
    ef-mchpplmn           EF.MCHPPLMN           4F15  TR  1  2  15  -         Y  144  -
    ef-kausf-derivation   EF.KAUSF_DERIVATION   4F16  TR  1  2  16  -         Y  145  -
"""

_SAIP = """
    df-df-saip              DF.SAIP          5FD0  DF  n  14  -  -        -  124,125  -
    ef-suci-calc-info-usim  EF.SUCICalcInfo  4F01  TR  n  3   -  FF...FF  -  125      -
"""

_SNPN = """
    df-df-snpn   DF.SNPN      5FE0  DF  n  14  -  -  -  143  -
    ef-pws-snpn  EF.PWS_SNPN  4F01  TR  1  10  -  -  Y  143  -
"""

_5GPROSE = """
    df-df-5g-prose     DF.5G_ProSe        5FF0  DF  n   14  -   -  -  139       -
    ef-5g-prose-st     EF.5G_PROSE_ST     4F01  TR  1   2   01  -  Y  139       -
    ef-5g-prose-dd     EF.5G_PROSE_DD     4F02  TR  26  2   02  -  Y  139,1001  -
    ef-5g-prose-dc     EF.5G_PROSE_DC     4F03  TR  12  2   03  -  Y  139,1002  -
    ef-5g-prose-u2nru  EF.5G_PROSE_U2NRU  4F04  TR  32  2   04  -  Y  139,1003  -
    ef-5g-prose-ru     EF.5G_PROSE_RU     4F05  TR  29  2   05  -  Y  139,1004  -
    ef-5g-prose-uir    EF.5G_PROSE_UIR    4F06  TR  32  2   06  -  Y  139,1005  -
"""

_ISIM_MANDATORY = """
    adf-isim   ADF.ISIM   -     ADF  n    14  -   -       -  -  -
    ef-impi    EF.IMPI    6F02  TR   n    2   02  -       Y  -  -
    ef-impu    EF.IMPU    6F04  LF   1xn  2   04  -       Y  -  -
    ef-domain  EF.Domain  6F03  TR   n    2   05  -       Y  -  -
    ef-ist     EF.IST     6F07  TR   14   2   07  -       Y  -  -
    ef-ad      EF.AD      6FAD  TR   3    10  03  000000  -  -  -
    ef-arr     EF.ARR     6F06  LF   nxn  10  06  -       Y  -  -
"""

_ISIM_OPTIONAL = """
    ef-pcscf     EF.P-CSCF    6F09  LF  1xn     2  -  -          Y  1,5  -
    ef-sms       EF.SMS       6F3C  LF  10x176  5  -  00FF...FF  -  6,8  -
    ef-smsp      EF.SMSP      6F42  LF  1x38    5  -  FF...FF    -  8    -
    ef-smss      EF.SMSS      6F43  TR  2       5  -  FFFF       -  6,8  -
    ef-smsr      EF.SMSR      6F47  LF  10x30   5  -  00FF...FF  -  7,8  -
    ef-gbabp     EF.GBABP     6FD5  TR  n       5  -  FF...FF    -  2    -
    ef-gbanl     EF.GBANL     6FD7  LF  nxn     2  -  FF...FF    -  2    -
    ef-nafkca    EF.NAFKCA    6FDD  LF  nxn     2  -  FF...FF    -  2,4  -
    ef-uicciari  EF.UICCIARI  6FE7  LF  nxn     2  -  -          Y  10   -
"""

_ISIM_OPTIONALV2 = """
    ef-pcscf             EF.PCSCF           6F09  LF  1xn  2  -  -   Y  1,5  -
    ef-frompreferred     EF.FromPreferred   6FF7  TR  1    2  -  00  -  17   -
    ef-imsconfigdata     EF.ImsConfigData   6FF8  BT  n    2  -  -   Y  18   -
    ef-xcapconfigdata    EF.XcapconfigData  6FFC  BT  n    2  -  -   Y  19   -
    ef-webrtcuri         EF.WebRTCURI       6FFA  LF  nxn  2  -  -   Y  20   -
    ef-mudmidconfigdata  EF.MudMidCfgData   6FFE  BT  n    2  -  -   Y  21   -
"""

_EAP = """
    df-eap        DF.EAP        -     DF  n  14  -  -        -  -  -
    ef-eapkeys    EF.EAPKEYS    4F01  TR  n  2   -  -        Y  -  HU
    ef-eapstatus  EF.EAPSTATUS  4F02  TR  1  2   -  00       -  -  HU
    ef-puid       EF.PUId       4F03  TR  n  2   -  -        Y  -  -
    ef-ps         EF.Ps         4F04  TR  n  5   -  FF...FF  -  -  HU
    ef-curid      EF.CurID      4F20  TR  n  5   -  FF...FF  -  -  HU
    ef-reid       EF.RelID      4F21  TR  n  5   -  -        Y  -  -
    ef-realm      EF.Realm      4F22  TR  n  5   -  -        Y  -  -
"""

ROWS: dict[str, str] = {
    "2.23.143.1.2.1": _MF,
    "2.23.143.1.2.2": _CD,
    "2.23.143.1.2.3": _TELECOM,
    "2.23.143.1.2.3.2": _TELECOMV2,
    "2.23.143.1.2.4": _USIM_MANDATORY,
    "2.23.143.1.2.4.2": _USIM_MANDATORYV2,
    "2.23.143.1.2.5": _USIM_OPTIONAL,
    "2.23.143.1.2.5.2": _USIM_OPTIONALV2,
    "2.23.143.1.2.5.3": _USIM_OPTIONALV3,
    "2.23.143.1.2.6": _PHONEBOOK,
    "2.23.143.1.2.7": _GSMACCESS,
    "2.23.143.1.2.13": _5GS,
    "2.23.143.1.2.13.2": _5GSV2,
    "2.23.143.1.2.13.3": _5GSV3,
    "2.23.143.1.2.13.4": _5GSV4,
    "2.23.143.1.2.14": _SAIP,
    "2.23.143.1.2.15": _SNPN,
    "2.23.143.1.2.16": _5GPROSE,
    "2.23.143.1.2.8": _ISIM_MANDATORY,
    "2.23.143.1.2.9": _ISIM_OPTIONAL,
    "2.23.143.1.2.9.2": _ISIM_OPTIONALV2,
    "2.23.143.1.2.12": _EAP,
}
"""Rows by template OID."""
