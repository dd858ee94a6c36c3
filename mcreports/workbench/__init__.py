"""The workbench: what the reports are made of, asked by an analyst in a few lines, with the same figures."""
