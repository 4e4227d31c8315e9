"""The caseworkers' console: login, queue, case, alerts."""
