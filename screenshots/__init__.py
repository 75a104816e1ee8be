"""Pictures of the console, rendered from the scenes of the tests."""
