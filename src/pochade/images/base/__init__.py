"""The picture types, and the checked open file that a picture is read from."""
