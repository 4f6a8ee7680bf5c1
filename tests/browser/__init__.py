"""What only a browser shows: the whole product in a process of its own, and Chromium in front of it."""
