"""Nets fitted to CSV files: what ``train`` and ``predict`` share."""
