"""A tab without a face."""
