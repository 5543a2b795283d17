"""What a question tells besides its intent: dates, durations, counts, money, plans, ways of paying; and which slot it fills."""
