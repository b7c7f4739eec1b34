"""Shows a report as it will look while it is being written: made anew whenever something it rests on is saved."""
