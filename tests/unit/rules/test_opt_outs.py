"""What may be switched off, and that mails say the same."""

import pytest

from models.enums import NotificationKind
from models.rules.opt_outs import may_switch_off
from notifications.catalog import CATALOG


@pytest.mark.parametrize("kind", sorted(CATALOG))
def test_the_catalogue_of_mails_agrees_with_the_rule(kind: NotificationKind) -> None:
    assert CATALOG[kind].may_opt_out is may_switch_off(kind)


def test_what_changes_a_promise_or_lets_people_in_is_always_sent() -> None:
    assert not any(
        map(may_switch_off, (NotificationKind.changed, NotificationKind.cancelled, NotificationKind.sign_in))
    )
