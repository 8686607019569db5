"""The history of the tables, shipped in the package; `binder.db.upgrade` runs it."""
