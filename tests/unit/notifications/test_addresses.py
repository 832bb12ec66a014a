"""What counts as a mail address."""

import pytest

from notifications.addresses import BadAddress, Mailbox, NeedsSmtpUtf8, ascii_address, parse_mailbox


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("li@example.org", "li@example.org"),
        ("li.yang-ben+x@sub.example.org", "li.yang-ben+x@sub.example.org"),
        ("muster@localhost", "muster@localhost"),
        ("a!#$%&'*+/=?^_`{|}~-@example.org", "a!#$%&'*+/=?^_`{|}~-@example.org"),
        ("li@例子.中国", "li@xn--fsqu00a.xn--fiqs8s"),
    ],
)
def test_usable_address_in_ascii(address, expected):
    assert ascii_address(address) == expected


@pytest.mark.parametrize(
    "address",
    [
        "",
        "li",
        "@example.org",
        "li@",
        "li@-example.org",
        "li@example..org",
        "l i@example.org",
        "li@exa mple.org",
        "li@example.org>",
        "<li@example.org",
        "li@example.org\r\nRCPT TO:<x@example.org>",
        "li\0@example.org",
        '"l i"@example.org',
        "li@[127.0.0.1]",
        "a" * 65 + "@example.org",
        "li@" + ".".join(["a" * 60] * 5),
        "li@" + "\u3002" * 3,
        "li@" + "例" * 80 + ".org",
        "a@b@example.org",
    ],
)
def test_unusable_address_is_refused(address):
    with pytest.raises(BadAddress):
        ascii_address(address)


def test_address_beyond_ascii_before_the_at_needs_smtputf8():
    with pytest.raises(NeedsSmtpUtf8):
        ascii_address("李@example.org")


def test_mailbox_is_read_with_and_without_a_name():
    assert parse_mailbox("大冶市总工会 <notice@example.org>") == Mailbox("大冶市总工会", "notice@example.org")
    assert parse_mailbox("Muster <muster@localhost>") == Mailbox("Muster", "muster@localhost")
    assert parse_mailbox("notice@example.org") == Mailbox("", "notice@example.org")
    with pytest.raises(BadAddress):
        parse_mailbox("大冶市总工会")
