"""Parts that know no pictures: atomic files and locks, hashing, walking a folder, the worker pool, HTML templates."""
