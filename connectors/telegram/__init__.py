"""Telegram: polling or webhook, sending, what messages look like there, the commands."""
