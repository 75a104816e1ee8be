"""What is known of OpenStack clouds: what is wrong with one, and the acts on an instance."""
