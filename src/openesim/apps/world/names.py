"""Names in a world: of vendors, models, chip makers and people; all of them are put together at random and mean nobody."""

from __future__ import annotations

import random
from typing import Final

BRANDS: Final = (
    ("海燕", "Haiyan"), ("星河", "Xinghe"), ("云帆", "Yunfan"), ("青松", "Qingsong"), ("白鹭", "Bailu"),
    ("长风", "Changfeng"), ("明湖", "Minghu"), ("金穗", "Jinsui"), ("北斗星", "Beidouxing"), ("南屏", "Nanping"),
    ("天池", "Tianchi"), ("银杏", "Yinxing"), ("红枫", "Hongfeng"), ("玉兰", "Yulan"), ("飞鸿", "Feihong"),
    ("竹溪", "Zhuxi"), ("晚晴", "Wanqing"), ("远帆", "Yuanfan"), ("清泉", "Qingquan"), ("翠竹", "Cuizhu"),
    ("松涛", "Songtao"), ("苍梧", "Cangwu"), ("江南", "Jiangnan"), ("塞北", "Saibei"), ("东篱", "Dongli"),
    ("听雨", "Tingyu"), ("观澜", "Guanlan"), ("拾光", "Shiguang"), ("望舒", "Wangshu"), ("凌云", "Lingyun"),
)  # fmt: skip
"""Chinese and Latin."""

TRADES: Final = (
    ("终端", "Terminals"), ("通信", "Telecom"), ("智能", "Smart"), ("电子", "Electronics"), ("科技", "Technology"),
)  # fmt: skip

FOREIGN: Final = (
    "Far Devices", "Northlight", "Bluefjord", "Meridian Mobile", "Kestrel Works", "Oakhaven", "Lumenware", "Tidewater",
    "Alpenglow", "Redwood Radio", "Solstice Labs", "Harbourline", "Quill and Co", "Ninth Wave", "Copperleaf",
)  # fmt: skip

AGENTS: Final = ("海棠代理 Haitang Agency", "华茂商贸 Huamao Trading", "通达代理 Tongda Agency")
COUNTRIES: Final = ("US", "DE", "FI", "JP", "KR", "GB", "FR", "SE")

SERIES: Final = ("X", "S", "Note", "Air", "Pro", "Lite", "Max", "Fold", "Neo", "C", "G", "Play")

MAKERS: Final = (
    "晶源 Jingyuan Semiconductor", "恒芯 Hengxin Chips", "微澜 Weilan Micro", "砺石 Lishi Silicon", "安芯 Anxin Secure",
    "北芯 Beixin", "玄武 Xuanwu Chips", "硅谷春 Guiguchun", "方寸 Fangcun Micro", "千寻 Qianxun Secure",
)  # fmt: skip

SURNAMES: Final = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许邓韩冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任沈姚卢姜崔钟谭陆汪"
GIVEN: Final = "伟芳娜敏静丽强磊洋勇艳杰娟涛明超秀霞平刚桂英华建国文玉兰红军梅鑫波宇浩凯健俊帆雪琳晨阳欣怡佳琪子涵雨桐思远嘉宁若曦书航"
LATIN_FIRST: Final = (
    "ANNA",
    "LARS",
    "MARIA",
    "PETER",
    "YUKI",
    "JOHN",
    "EMMA",
    "PAULO",
    "NINA",
    "OMAR",
    "IVAN",
    "ELIF",
)
LATIN_LAST: Final = (
    "MUELLER",
    "HANSEN",
    "ROSSI",
    "TANAKA",
    "SMITH",
    "DUBOIS",
    "KIM",
    "SILVA",
    "NOVAK",
    "COSTA",
)
COMPANIES: Final = (
    "云水物流有限公司", "绿野农业科技有限公司", "安行共享单车有限公司", "恒温冷链有限公司", "智表计量有限公司",
    "畅达电梯服务有限公司", "海图航运有限公司", "蓝天环境监测有限公司",
)  # fmt: skip


def vendor_name(number: int) -> tuple[str, str, str]:
    """Return name, short Latin name and kind of a vendor; no two numbers share a name.

    Args:
        number: 0 and up.
    """
    if number % 8 == 7:
        place = number // 8
        name = FOREIGN[place % len(FOREIGN)]
        name = name if place < len(FOREIGN) else f"{name} {place // len(FOREIGN) + 1}"
        return name, name.split(" ")[0], "foreign"
    place = number - number // 8
    chinese, latin = BRANDS[place % len(BRANDS)]
    trade_zh, trade = TRADES[(place // len(BRANDS) + place) % len(TRADES)]
    kind = ("private", "joint-stock", "private", "state")[place % 4]
    turn = place // (len(BRANDS) * len(TRADES))
    name = f"{chinese}{trade_zh} {latin} {trade}"
    return name if turn == 0 else f"{name} {turn + 1}", latin, kind


def model_name(brand: str, number: int) -> str:
    """Return the name of a model of a vendor; no two numbers of one vendor share a name."""
    return f"{brand} {SERIES[number % len(SERIES)]}{number // len(SERIES) + 1}"


def maker_name(number: int) -> str:
    """Return the name of a chip maker."""
    name = MAKERS[number % len(MAKERS)]
    return name if number < len(MAKERS) else f"{name} {number // len(MAKERS) + 1}"


def person_name(rng: random.Random) -> str:
    """Return a Chinese name."""
    return rng.choice(SURNAMES) + "".join(rng.choice(GIVEN) for _ in range(rng.choice((1, 2, 2))))
