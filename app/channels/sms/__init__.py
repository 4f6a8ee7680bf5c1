"""SMS; outgoing only, by the HTTP gateway of the installation."""
