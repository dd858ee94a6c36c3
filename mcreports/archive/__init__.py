"""The archive: raw samples in Parquet, a directory per metric and UTC day, kept without a lock and without a loss.

    <root>/archive.json                     whose samples these are
    <root>/<metric>/<day>/<id>.parquet      a segment: samples, never changed once it is there
    <root>/<metric>/<day>/<id>.json         its record, written last: no record, no segment

What a day holds is the union of its segments that no other one replaces. So two writers need not
know of each other, and whoever is killed leaves everything that had a record.
"""
