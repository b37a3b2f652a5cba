"""What a read picture is, and the checked open file it comes from."""
