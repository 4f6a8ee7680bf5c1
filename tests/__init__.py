"""The tests: through screens and API where a claim can be seen there."""
