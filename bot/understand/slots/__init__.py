"""What a question tells besides its intent: dates, durations, counts, money, plans, payments; which slots they fill."""
