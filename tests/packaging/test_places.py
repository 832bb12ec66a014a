"""The repository names no machine that it was written or built on."""

import os
import re
from urllib.parse import urlsplit

from tests.packaging.tree import files, named

# Written in pieces, so that this file passes its own test.
PLACES = re.compile(
    "|".join(
        (
            r"(?<![\w.<-])/" + r"(work|root|home/\w+|Users)/",
            "/tmp/" + "blueprint",
            "pypi" + r"\.org",
            "pythonhosted" + r"\.org",
            "registry" + r"\.(npmjs|yarnpkg|npmmirror)",
            "pypi" + r"\.tuna",
        )
    )
)


def own_hosts() -> list[str]:
    """Return the package hosts that this machine is set up for; they are nobody else's business."""
    addresses = " ".join(
        value
        for key, value in os.environ.items()
        if key.upper() in {"PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "UV_INDEX_URL", "NPM_CONFIG_REGISTRY"}
    )
    hosts = {urlsplit(address).hostname or "" for address in addresses.split()}
    return sorted(hosts - {"", "localhost", "127.0.0.1"})


def test_no_file_names_a_machine_or_a_package_host() -> None:
    hosts = own_hosts()
    found = []
    for path in files():
        try:
            lines = path.read_text("utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        found += [
            f"{named(path)}:{number}"
            for number, line in enumerate(lines, 1)
            if PLACES.search(line) or any(host in line for host in hosts)
        ]
    assert found == []
