"""The admin pages: what the assistant knows, kept true by people who need not program."""
