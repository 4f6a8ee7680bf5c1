"""Reading what other systems hand over."""
