"""Classifications with rules: validity, what closing demands, old records reclassified (B-23)."""
