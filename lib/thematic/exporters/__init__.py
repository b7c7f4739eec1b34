"""Turns an executed notebook into the files that leave the building: HTML, PDF, xlsx and CSV."""
