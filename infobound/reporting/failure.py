"""Why a report did not come out."""


class ReportError(Exception):
    """One notebook cannot become a report; the others can. The text is shown on its card."""
