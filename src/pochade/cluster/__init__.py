"""One collection learnt by many machines: a run, its claims in the database, and workers that share them."""
