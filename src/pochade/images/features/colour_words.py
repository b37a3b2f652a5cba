"""The words for colours, apart from what measures them, which takes longer to import."""

COLOUR_WORDS = ("red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink", "brown", "black", "grey", "white")
