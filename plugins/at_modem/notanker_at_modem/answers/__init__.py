"""What modems answer, as values. Pure: text in, a value out, nothing raised whatever comes in."""
