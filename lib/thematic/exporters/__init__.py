"""Turns an executed notebook into the files that leave the building: HTML, PDF, Word, xlsx and CSV."""
