"""The synthetic sample: published figures turned into extracts whose reports show these figures again."""
