"""A report from many machines: workers of dask.distributed pull and work out a part of the tenants each.

What they run are the functions that make a report on one machine, so the report is the same.
"""
