"""Serve the WSGI application of one OpenStack module on loopback: serve.py PORT MODULE."""

from __future__ import annotations

import importlib
import sys

import waitress

port, module = sys.argv[1:3]
sys.argv = [module]  # these modules read sys.argv themselves when they are imported
waitress.serve(importlib.import_module(module).application, listen=f"127.0.0.1:{port}", threads=6)
