"""The website widget: its API, its pages, and the chat that works without JavaScript."""
