"""Files that people hand in or fetch: where their bytes lie, how they may be named, what they must be."""
