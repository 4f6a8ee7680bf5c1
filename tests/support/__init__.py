"""What tests share: the cast, the clock, the clients, the databases."""
