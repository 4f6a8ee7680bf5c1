"""The product as it runs: commands, server, two servers side by side."""
