"""The sample's logins. Their passwords are known to everybody, so they open a house on this machine only."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from models.enums import UserRole
from muster.catalogue import mark


@dataclass(frozen=True, slots=True)
class Account:
    """One login: who it is, what it may do over which team, and a sentence (message id) on what to look at with it."""

    word: str
    name: str
    role: UserRole
    shows: str
    team: str | None = None
    person: str | None = None

    @property
    def email(self) -> str:
        """The address to sign in with."""
        return f"{self.word}@example.org"

    @property
    def known_password(self) -> str:
        """The password of this login where the sample is served on this machine alone."""
        return f"muster-demo-{self.word}"


ACCOUNTS = (
    Account("admin", "管理员（示例）", UserRole.administrator, mark("everything, with users and settings")),
    Account(
        "organiser", "张示例", UserRole.organiser, mark("the whole house: plan, book, call up, close"), person="zhang"
    ),
    Account("leader", "李样本", UserRole.leader, mark("one squad: call, check in, count"), team="S01", person="li"),
    Account(
        "member", "王范例", UserRole.member, mark("own duties: answer, see where and when"), team="S01", person="wang"
    ),
    Account("auditor", "审计员（示例）", UserRole.auditor, mark("every figure down to the rows behind it")),
)


def is_private(base_url: str) -> bool:
    """Tell whether the house is reached from this machine alone, by the very name of its address."""
    host = urlsplit(base_url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
