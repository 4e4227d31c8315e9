"""Judging the understanding and the interview on labelled cases."""
