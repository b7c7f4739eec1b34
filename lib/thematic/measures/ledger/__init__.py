"""What the public may see: counts as a rounded, append-only ledger, booked once a month and never revised."""
