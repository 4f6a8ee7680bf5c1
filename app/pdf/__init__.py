"""Paper: PDF documents of plain values, with fonts of our own. Knows no models and no web."""
