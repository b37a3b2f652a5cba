"""What knows no pictures: atomic files, locks, hashing, walking a folder, the worker pool, progress, HTML templates."""
