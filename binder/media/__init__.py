"""What bytes are, and making them safe: pictures, drawings, captions, containers; no database."""
