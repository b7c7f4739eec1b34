"""The formats that reports are made in where nobody says which."""

DEFAULT_FORMATS = ("html", "pdf", "csv")
