"""Definitions kept by configurators, made into fields."""
