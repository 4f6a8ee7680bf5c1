"""The plain registers, a file a noun."""
