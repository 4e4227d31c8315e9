"""Telling staff that something waits for them: e-mail and webhook. Never what it is about, only where to look."""
