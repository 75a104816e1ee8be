"""What an OpenStack cloud says of itself: its instances, their consoles, and what runs them."""
