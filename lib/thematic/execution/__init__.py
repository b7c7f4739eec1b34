"""Makes reports from their notebooks: one, many at once, or on other machines."""
