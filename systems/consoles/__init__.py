"""What is behind a console's address: a guest's serial line and its screen, over Nova's websocket proxies."""
