"""What commands print: tables and progress on a terminal, plain lines with tabs elsewhere."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from muster.i18n import Translator

T = TypeVar("T")


class Console:
    """Prints in the house's language; `is_terminal` says whether a person is watching."""

    def __init__(self, translator: Translator) -> None:
        self.translator = translator
        self.is_terminal = sys.stdout.isatty()

    def gettext(self, msgid: str, /, **params: object) -> str:
        """Translate a sentence."""
        return self.translator.gettext(msgid, **params)

    def line(self, text: str = "") -> None:
        """Print one line at once, also into a pipe."""
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    def note(self, text: str) -> None:
        """Print a line that is not part of the result, on standard error."""
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()

    def table(self, title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], *, right: int = 0) -> None:
        """Print rows under their columns (message ids), the last `right` of which are numbers."""
        if not self.is_terminal:
            if title:
                self.line(title)
            for row in rows:
                self.line("\t".join(row))
            return
        # Half a tenth of a second that scripts need not pay.
        from rich.console import Console as Terminal  # noqa: PLC0415 - see the line above
        from rich.table import Table  # noqa: PLC0415 - see the line above

        table = Table(title=title or None, title_justify="left", title_style="bold", box=None, pad_edge=False)
        for number, name in enumerate(columns):
            table.add_column(
                self.gettext(name), justify="right" if number >= len(columns) - right else "left", overflow="fold"
            )
        for row in rows:
            table.add_row(*row)
        Terminal(highlight=False, markup=False).print(table)

    def track(self, items: Iterable[T], *, title: str, total: int | None = None) -> Iterator[T]:
        """Yield the items, with a bar that shows how far they are on a terminal."""
        if not self.is_terminal:
            yield from items
            return
        from rich.progress import track  # noqa: PLC0415 - see `table`

        yield from track(items, description=title, total=total, transient=True)

    @contextmanager
    def waiting(self, title: str) -> Iterator[None]:
        """Show that something is under way that cannot say how far it is."""
        if not self.is_terminal:
            yield
            return
        from rich.console import Console as Terminal  # noqa: PLC0415 - see `table`

        with Terminal().status(title):
            yield
