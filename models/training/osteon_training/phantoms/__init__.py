"""Radiographs that are drawn, not taken: rays through simple solids."""
