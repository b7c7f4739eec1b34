"""Says where reports lie and what they were made from, and puts them in place, with their catalogue."""
