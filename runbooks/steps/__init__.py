"""Builders of the steps that several runbooks share: one concern a file, every command spelled out."""
