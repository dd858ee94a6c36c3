"""How good a detector is: labelled series, what detectors say of them, and the scores of that."""
