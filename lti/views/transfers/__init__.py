"""Bytes on their way in and out: uploads in pieces, files handed in, files shown."""
