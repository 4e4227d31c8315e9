"""LINE: the webhook, sending, what messages look like there, the rich menu."""
