"""Bundles: evidence that travels as one file, signed, chained to the one before, and archived once a month."""
