"""The style guide: every token and part with its name, for whoever builds or judges pages."""

from fastapi import APIRouter
from starlette.responses import Response

from web.components import component_values
from web.deps import PageDep

router = APIRouter(include_in_schema=False)


@router.get("/components")
def show(page: PageDep) -> Response:
    """Show all parts of a page."""
    return page.render("components.html", **component_values(page.translator))
