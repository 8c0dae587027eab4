"""What is said when a world is made, in English and in Chinese."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "making": (
        "A world is made up: operators, vendors, people and thirty days of orders. Nothing in it is real. That takes {lasts}.",
        "正在虚构一个样例世界：运营商、厂商、人员和三十天的订单。其中没有任何真实数据。{lasts}。",
    ),
    "lasts_small": ("some seconds", "需要几秒钟"),
    "lasts_full": ("some minutes", "需要几分钟"),
    "terminals": ("vendors, models, chip makers", "终端厂商、型号、芯片制造商"),
    "operators": ("operators, rules, licences", "运营商、规则、批准"),
    "stock": ("profiles made ready", "准备配置文件库存"),
    "days": ("thirty days of visits, orders, downloads", "三十天的办理、订单与下载"),
    "ledger": ("the ledger is sealed and counted", "记录入链并统计"),
    "made": ("{visits} visits in {seconds:.0f} s.", "共 {visits} 次办理，用时 {seconds:.0f} 秒。"),
    "desks": ("Desks: {address}", "工作台：{address}"),
    "serving": (
        "Open it in a browser once “desks listening” stands below. Ctrl-C ends the desks.",
        "下方出现“desks listening”后，请在浏览器中打开。按 Ctrl-C 结束。",
    ),
    "serve_with": ("Serve it with: {command}", "启动服务：{command}"),
    "accounts": (
        "Sample accounts. All have the password “{password}”; no second factor is asked for in a sample world:",
        "样例账号。密码均为“{password}”；样例世界不要求第二因素：",
    ),
    "login": ("Login", "登录名"),
    "who": ("Who", "身份"),
    "name": ("Name", "姓名"),
    "chief": ("regulator: decides", "主管部门：负责人"),
    "inspector": ("regulator: reviews", "主管部门：审核人员"),
    "manager": ("{whose}: manager", "{whose}：管理员"),
    "clerk": ("{whose}: clerk at the counter", "{whose}：营业员"),
    "vendor": ("vendor {whose}", "终端厂商 {whose}"),
    "subscriber": ("a subscriber", "用户本人"),
}
"""By key: English, Chinese."""


def speak(language: str, key: str, **values: object) -> str:
    """Return a text in a language."""
    english, chinese = TEXTS[key]
    return (chinese if language == "zh" else english).format(**values)
