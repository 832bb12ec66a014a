"""The page about failing mail servers says what the tests see."""

from tests.channel.outage_page import PAGE, page


def test_the_page_of_outages_is_current() -> None:
    assert PAGE.read_text("utf-8") == page(), "python -m tests.channel.outage_page"
