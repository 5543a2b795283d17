"""What the rules compute, with the parameters of the shipped knowledge and with others."""
