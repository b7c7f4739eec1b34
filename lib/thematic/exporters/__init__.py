"""Turns an executed notebook into the files that leave the building: HTML, PDF and CSV."""
