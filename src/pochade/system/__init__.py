"""Parts that know no pictures: atomic files, locks, hashing, walking a folder, worker pool, HTML templates, logs."""
