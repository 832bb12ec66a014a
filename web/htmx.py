"""Which part of a page a script asks for: the answer may then hold that part alone."""

from starlette.requests import Request


def part_wanted(request: Request, *parts: str) -> str | None:
    """Return the `data-part` that will be replaced; None where the whole page is wanted.

    A part carries its name as its id too, which htmx sends along as `section#week`.
    """
    if request.headers.get("hx-request") != "true":
        return None
    target = request.headers.get("hx-target", "").rpartition("#")[2]
    return target if target in parts else None
