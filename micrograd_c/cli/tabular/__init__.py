"""Tables of numbers and names: what ``train`` and ``predict`` read and write."""
