"""Times of the tests. Services are given the time, so nothing has to be frozen."""
from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 3, 16, 15, 0, tzinfo=UTC)  # Monday, 12:00 in São Paulo
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
