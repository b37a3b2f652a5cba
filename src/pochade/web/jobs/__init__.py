"""Long jobs: their queue, their process, and the tasks they run."""
