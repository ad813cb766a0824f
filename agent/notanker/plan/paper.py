"""Makes paper of a page: a tagged PDF, at the desk or at the centre; never on a box."""

from __future__ import annotations

import logging
from typing import Any, Final, NoReturn

from notanker.errors import NotankerError

VARIANT: Final = "pdf/ua-1"
"""Can be read aloud (ISO 14289-1)."""


class NoPaperError(NotankerError):
    """WeasyPrint cannot be used on this machine; `how` is the command that mends it."""

    def __init__(self, how: str) -> None:
        self.how: Final = how
        super().__init__(how)


def paper(html: str) -> bytes:
    """Return the page as a tagged PDF. It has to hold all that it needs: nothing is fetched.

    Raises:
        NoPaperError: WeasyPrint cannot be used.
    """
    document = weasyprint().HTML(string=html, base_url="about:blank", url_fetcher=_nothing)
    made: bytes = document.write_pdf(pdf_variant=VARIANT, pdf_tags=True)
    return made


def weasyprint() -> Any:
    """Return the library: seldom wanted, large, and not installed everywhere.

    Raises:
        NoPaperError: it cannot be used.
    """
    try:
        import weasyprint as library  # type: ignore[import-untyped]  # it ships no types
    except ImportError:
        raise NoPaperError("pip install notanker[desk]") from None
    except OSError:  # it is there, and Pango is not
        packages = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
        raise NoPaperError(f"apt install {packages}") from None
    logging.getLogger("weasyprint").setLevel(logging.ERROR)  # it names each rule meant for screens
    return library


def _nothing(url: str, *_: Any, **__: Any) -> NoReturn:
    raise ValueError(f"not fetched: {url[:100]}")
