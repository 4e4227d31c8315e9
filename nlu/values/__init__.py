"""Values in Japanese text: numbers, money, ages, counts, durations, dates and places."""
