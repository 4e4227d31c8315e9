"""The running assistant: settings, command line, the durable turn, tables, Rasa in process."""

import os

# Read by Rasa, TensorFlow and SQLAlchemy when they are imported: no telemetry, no chatter.
os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
