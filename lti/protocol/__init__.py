"""LTI 1.3 itself, behind plain values: the only package that imports PyLTI1p3, and one that never sees a page."""
