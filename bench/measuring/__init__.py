"""What the measurements under bench/ share."""
